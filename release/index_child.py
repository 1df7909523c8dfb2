"""The other end of `release.index`: argv is the app, its packages, what is lent, and modules to import. Prints the functions,
and the files that were loaded out of the app, as JSON.
"""

import asyncio
import importlib
import json
import sys
from pathlib import Path

app, packages, lent, *imports = sys.argv[1:]
sys.path[:0] = [app, packages]
sys.path.append(lent)

from local_host.errors import AppRefused
from local_host.worker import Worker


async def _names() -> list[str]:
    worker = Worker()
    try:
        return [function.name for function in await worker.start(Path(app))]
    finally:
        worker.stop()


try:
    found = asyncio.run(_names())
    for module in imports:
        importlib.import_module(module)
except (AppRefused, ImportError) as refused:
    sys.exit(str(refused))
files = sorted({str(getattr(module, "__file__", None)) for module in sys.modules.values()})
print(
    json.dumps(
        {"functions": found, "loaded": [file for file in files if file.startswith(app) and file.endswith(".py")]}
    )
)
