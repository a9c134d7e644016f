"""The built files of the console: what there is, of which type, and how each is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

PACKAGE = Path(__file__).resolve().parents[2]
FOLDER = PACKAGE / "server" / "console_assets"
SOURCES = PACKAGE.parent / "console"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""In the order of preference."""

_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, with the forms it was compressed into when it was built."""

    media_type: str
    path: Path
    compressed: Mapping[str, Path]

    def response(self, accepted: str) -> Response:
        """The file as a browser may keep it for ever: its name is made from what is in it."""
        accepts = _accepted(accepted)
        headers = {"cache-control": _FOR_EVER, "vary": "Accept-Encoding", "x-content-type-options": "nosniff"}
        for encoding, path in self.compressed.items():
            if encoding in accepts:
                return FileResponse(path, media_type=self.media_type, headers=headers | {"content-encoding": encoding})
        return FileResponse(self.path, media_type=self.media_type, headers=headers)


def _accepted(header: str) -> set[str]:
    parts = (part.replace(" ", "").lower().partition(";q=") for part in header.split(","))
    return {encoding for encoding, _, weight in parts if weight.rstrip("0.") or not weight}


def assets_in(folder: Path) -> dict[str, Asset]:
    """Every file that may be asked for, by name. What is not in here does not exist, whatever the path says."""
    found = sorted(path for path in (folder / "assets").iterdir() if path.suffix in _TYPES)
    return {path.name: Asset(_TYPES[path.suffix], path, _compressed(path)) for path in found}


def _compressed(path: Path) -> dict[str, Path]:
    beside = {encoding: path.with_name(path.name + suffix) for encoding, suffix in _ENCODINGS.items()}
    return {encoding: each for encoding, each in beside.items() if each.is_file()}


@dataclass(frozen=True, slots=True)
class AssetEndpoint:
    """What answers below /assets/."""

    assets: Mapping[str, Asset]

    async def __call__(self, request: Request) -> Response:
        """One file. Raises HTTPException (404)."""
        asset = self.assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        return asset.response(request.headers.get("accept-encoding", ""))
