"""Microsoft's worker library, `azure-functions-runtime`, and nothing else in Custos touches it.

The library runs apps on Python 3.13 in Azure. It keeps its state in module globals, so a process has one app. It wants
the host's protobuf classes; plain objects that hold their keywords serve, because nothing crosses a wire here.
Source: https://pypi.org/project/azure-functions-runtime/
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

from local_host.errors import AppRefused, InvocationFailed
from local_host.functions import Binding, Function, Retry

__all__ = ["Datum", "InvocationResult", "Worker", "current_invocation"]

#: The invocation that the present task or thread works for, None outside of any.
current_invocation = runtime.invocation_id_cv


class _StatusResult(SimpleNamespace):
    Failure, Success, Cancelled = 0, 1, 2


class _BindingInfo(SimpleNamespace):
    out, inout = 1, 2
    undefined, string, binary, stream = 0, 1, 2, 3


_PROTOS = SimpleNamespace(
    StatusResult=_StatusResult,
    BindingInfo=_BindingInfo,
    RpcException=SimpleNamespace,
    RpcFunctionMetadata=SimpleNamespace,
    RpcRetryOptions=SimpleNamespace,
    WorkerMetadata=SimpleNamespace,
    WorkerInitResponse=SimpleNamespace,
    FunctionMetadataResponse=SimpleNamespace,
    FunctionLoadResponse=SimpleNamespace,
)


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What a function gave back: its return value, and what it set on each output binding by name."""

    returned: Datum | None
    outputs: Sequence[tuple[str, Datum]]


class Worker:
    """The one app of this process."""

    async def start(self, app: Path) -> tuple[Function, ...]:
        """Index `app`, a directory with function_app.py, in the order of its declarations.

        The app sees its own directory and the installed packages, not the place where this host lies: what is missing
        from a deployment is missing here. Raises AppRefused with the runtime's reason, also when there is no function
        at all.
        """
        _see_only(app)
        runtime.start_threadpool_executor()
        answer = await runtime.worker_init_request(
            _request(worker_init_request=SimpleNamespace(capabilities={}, function_app_directory=str(app)))
        )
        if answer.result.status != _StatusResult.Success:
            raise AppRefused(_sentence(answer.result.exception.message))
        indexed = (await runtime.functions_metadata_request(_request())).function_metadata_results
        if not indexed:
            raise AppRefused("function_app.py registers no function.")
        for metadata in indexed:
            await runtime.function_load_request(
                _request(function_load_request=SimpleNamespace(function_id=metadata.function_id))
            )
        return tuple(_function(metadata) for metadata in indexed)

    async def invoke(
        self,
        function: Function,
        invocation_id: str,
        trigger: Datum,
        *,
        metadata: Mapping[str, Datum] | None = None,
        attempt: int = 0,
    ) -> InvocationResult:
        """Run `function` once. Raises InvocationFailed with what it raised.

        An `async` function runs on this event loop, any other in the runtime's pool of threads.
        """
        ok, returned, outputs, error, trace = await invocation_request_native(
            invocation_id,
            function.id,
            [(function.trigger.name, trigger)],
            dict(metadata or {}),
            retry_count=attempt,
            max_retry_count=function.retry.attempts,
        )
        if not ok:
            raise InvocationFailed(error, trace=trace or "")
        return InvocationResult(returned, outputs)

    def stop(self) -> None:
        """Let the threads go, waiting for those that work."""
        runtime.stop_threadpool_executor()


def _see_only(app: Path) -> None:
    """Let `import` find what lies in `app` and what is installed."""
    if not (app / "function_app.py").is_file():
        raise AppRefused(f"There is no function_app.py in {app}.")
    hidden = (Path(__file__).resolve().parent.parent, app)
    sys.path[:] = [str(app), *(entry for entry in sys.path if Path(entry or os.curdir).resolve() not in hidden)]


def _request(**parts: object) -> SimpleNamespace:
    return SimpleNamespace(request=SimpleNamespace(**parts), properties={"protos": _PROTOS, "host": "127.0.0.1"})


def _function(metadata: Any) -> Function:
    bindings = tuple(Binding.from_raw(raw) for raw in metadata.raw_bindings)
    return Function(metadata.function_id, metadata.name, bindings, _retry(metadata.retry_options))


def _retry(options: Any) -> Retry:
    if options is None:
        return Retry()
    if options.retry_strategy == "fixed_delay":
        delay = options.delay_interval.total_seconds()
        return Retry(options.max_retry_count, delay, delay)
    least, most = options.minimum_interval.total_seconds(), options.maximum_interval.total_seconds()
    return Retry(options.max_retry_count, least, most)


def _sentence(reason: str) -> str:
    # To a module that is not found the runtime adds advice that concerns Azure, and the whole search path.
    told = " ".join(reason.partition(". Cannot find module.")[0].split()).rstrip(".")
    return f"function_app.py does not index: {told}."
