"""The Azure Functions app: registers the triggers, nothing else. Each handler is in `handlers/`, what it asks for in `custos/jobs/`."""

from importlib import import_module
from pkgutil import iter_modules

import azure.functions as func

import handlers

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
for handler in iter_modules(handlers.__path__, f"{handlers.__name__}."):
    app.register_functions(import_module(handler.name).blueprint)
