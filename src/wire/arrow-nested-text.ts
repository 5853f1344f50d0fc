import { type DataType, Type } from '@uwdata/flechette';

/** Text of one nested cell; a dictionary's words may repeat in a list without end. */
const MOST_CHARACTERS = 2 ** 20;

/**
 * The text of a value that is no number, time, boolean or string: `[1,2]` for a list, `{"a": 1, "b": "x"}` for a struct
 * or a map, `1,255` for bytes; null for null. A null in a list is nothing, in a struct `null`.
 *
 * @throws RangeError where the text is longer than 2^20 characters, or a value is not there
 */
export function nestedText(value: unknown, type: DataType): string | null {
  return value === null ? null : write(value, type, false, { left: MOST_CHARACTERS });
}

interface Room {
  left: number;
}

function write(value: unknown, type: DataType, isMember: boolean, room: Room): string {
  if (value === undefined) throw new RangeError('a nested value is not there');
  if (value === null) return isMember ? spent('null', room) : '';
  switch (type.typeId) {
    case Type.Dictionary:
      return write(value, type.dictionary, isMember, room);
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      const item = type.children[0]!.type;
      const texts = Array.from(value as Iterable<unknown>, (each) => write(each, item, false, room));
      return `[${spent(texts.join(','), room, texts.length)}]`;
    }
    case Type.Struct: {
      const members = value as Readonly<Record<string, unknown>>;
      return inBraces(
        type.children.map(({ name, type: own }) => [name, write(members[name], own, true, room)]),
        room,
      );
    }
    case Type.Map: {
      const of = type.children[0].type;
      const [keys, values] = of.typeId === Type.Struct ? of.children : [];
      if (!keys || !values) throw new RangeError('a map has no keys and values');
      const entries = value as readonly (readonly [unknown, unknown])[];
      return inBraces(
        entries.map(([key, own]) => [write(key, keys.type, false, room), write(own, values.type, true, room)]),
        room,
      );
    }
    default:
      return spent(isMember && typeof value === 'string' ? JSON.stringify(value) : String(value), room);
  }
}

function inBraces(members: readonly (readonly [name: string, text: string])[], room: Room): string {
  return `{${members.map(([name, text]) => `${spent(JSON.stringify(name), room)}: ${text}`).join(', ')}}`;
}

/** `text`, its characters counted. */
function spent(text: string, room: Room, characters = text.length): string {
  room.left -= characters;
  if (room.left < 0) throw new RangeError(`a nested value has more than ${MOST_CHARACTERS} characters`);
  return text;
}
