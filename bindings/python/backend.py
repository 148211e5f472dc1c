"""The build backend: scikit-build-core, which is also shown the library.

The library lies above this folder, where no source distribution may reach. So it is copied into `library/` while a
source distribution is made; CMakeLists.txt looks there first.
"""

import pathlib
import shutil
from typing import Any

from scikit_build_core.build import *  # noqa: F403
from scikit_build_core.build import build_sdist as _build_sdist

HERE = pathlib.Path(__file__).resolve().parent
LIBRARY = HERE / "library"
NEEDED = ["CMakeLists.txt", "LICENSE", "cmake", "include", "src", "examples/smsbackup"]


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    if LIBRARY.exists():  # unpacked from one
        return _build_sdist(sdist_directory, config_settings)
    try:
        for name in NEEDED:
            source, target = HERE.parents[1] / name, LIBRARY / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy(source, target)
        return _build_sdist(sdist_directory, config_settings)
    finally:
        shutil.rmtree(LIBRARY, ignore_errors=True)
