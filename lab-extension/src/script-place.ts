/** URL of the extension's script. Known only while the script is evaluated, so this module is imported by what runs then. */
export const SCRIPT_URL = (document.currentScript as HTMLScriptElement | null)?.src ?? document.baseURI;
