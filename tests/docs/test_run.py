"""The examples that are marked to run do what the page says, on a simulated tenant."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from custos.bootstrap import Custos, build
from custos.cli.command import Exit
from custos.cli.main import main
from custos.inventory.sync import sync_drive
from custos.jobs import acting
from custos.settings import settings_from
from custos.storage.queues import ACT
from local_host.azurite import Azurite
from tests.docs.pages import DOCS, examples
