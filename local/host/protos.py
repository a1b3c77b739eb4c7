"""What the runtime takes from the host's protobuf messages: plain bags of keywords, since no wire lies between us."""

from typing import Any


class Bag:
    """A message with whatever fields it was made with; absent ones are None."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        return None


class BindingInfo(Bag):
    """The numbers of the protocol's enumerations, which the SDK's own equal."""

    out = 1
    inout = 2
    undefined = 0


class StatusResult(Bag):
    Success = "success"
    Failure = "failure"


class RpcRetryOptions(Bag):
    """A retry policy; this host refuses functions that have one."""


class RpcException(Bag):
    """How an error at start is told."""


class RpcFunctionMetadata(Bag):
    """One indexed function; ``raw_bindings`` is a list of JSON texts."""


class WorkerInitResponse(Bag):
    """``result`` says whether the app could be loaded."""


class WorkerMetadata(Bag):
    """Versions of the worker."""


class FunctionMetadataResponse(Bag):
    """``function_metadata_results`` lists the functions."""
