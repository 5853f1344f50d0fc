"""`python -m stream_viz doctor`."""

from __future__ import annotations

import pytest

from stream_viz import _host, doctor


def test_the_report_says_versions_what_works_and_what_to_do(monkeypatch, static_dir):
    monkeypatch.setattr(doctor, "STATIC", static_dir)
    monkeypatch.setattr(doctor, "version", lambda: "1.2.3")
    monkeypatch.setattr(doctor, "installed", lambda name: None if name in ("jupyterlab", "notebook") else "9.9")
    text, well = doctor.report()
    assert well
    assert "stream-viz-core 1.2.3" in text
    assert "anywidget 9.9" in text
    assert "All is well." in text
    assert "pip install jupyterlab" in text
    assert "right now: no" in text


def test_what_is_missing_is_named_with_its_remedy(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(doctor, "STATIC", tmp_path)
    monkeypatch.setattr(doctor, "installed", lambda name: None)
    assert doctor.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "MISSING anywidget is missing" in out
    assert "  - pip install anywidget" in out
    assert "MISSING runtime.mjs is missing" in out
    assert out.count("npm run build") == 1


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["docter"], 2), (["--help"], 0)])
def test_wrong_usage_says_the_usage(arguments, code, capsys):
    assert doctor.main(arguments) == code
    assert "usage: python -m stream_viz doctor" in capsys.readouterr().err


def test_the_version_falls_back_where_nothing_is_installed(monkeypatch):
    def missing(_):
        raise _host.metadata.PackageNotFoundError

    _host.version.cache_clear()
    monkeypatch.setattr(_host.metadata, "version", missing)
    assert _host.version() == "0+unknown"
    _host.version.cache_clear()
