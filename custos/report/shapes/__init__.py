"""What commands print with `--json`: one shape a command, the same from release to release.

`version` is that of the shape. A name that is added leaves it; a name that goes, or means something else, raises it. Moments are in
UTC; null is unknown, "" is none. Names of files in sensitive assets are masked as on the screen. docs/json.md is made from this.
"""

from collections.abc import Mapping

from custos.report.shapes.base import Shape, text_of
from custos.report.shapes.files import Register, Schema, Test, Validate
from custos.report.shapes.kpi import Kpis
from custos.report.shapes.plans import Applied, Explain, Find, Plan, Run, Undo
from custos.report.shapes.reports import FirstLook, QuarterPack
from custos.report.shapes.trace import Trace
from custos.report.shapes.work import (
    AppRoles,
    Audit,
    AuditVerified,
    Cases,
    Doctor,
    History,
    Incidents,
    Status,
    Sync,
    WavesShape,
    Whoami,
)

BY_COMMAND: Mapping[str, tuple[type[Shape], ...]] = {
    "status": (Status,),
    "whoami": (Whoami,),
    "validate": (Validate,),
    "test": (Test,),
    "schema": (Schema,),
    "register": (Register,),
    "sync": (Sync,),
    "find": (Find,),
    "plan": (Plan,),
    "explain": (Explain,),
    "apply": (Applied,),
    "run": (Run,),
    "undo": (Undo, Applied),
    "cases": (Cases,),
    "waves": (WavesShape,),
    "kpi": (Kpis,),
    "trace": (Trace,),
    "report": (FirstLook, QuarterPack),
    "incidents": (Incidents,),
    "audit": (Audit, AuditVerified),
    "history": (History,),
    "doctor": (Doctor,),
    "grant": (AppRoles,),
}
"""Command ► what it prints."""

__all__ = ["BY_COMMAND", "Shape", "text_of"]
