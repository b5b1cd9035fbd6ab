"""The Parquet columns of a contract."""

from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from techsum.contracts.serialization import wire_fields


def parquet_schema(contract: type[Any]) -> Any:
    """A `pyarrow.Schema` with the fields of this contract's JSON, the same in each file.

    A value that may have several types is a string.

    Raises:
        TypeError: a field has a type that no column has.
    """
    import pyarrow as pa

    return pa.schema(_columns(contract))


def _columns(contract: type[Any]) -> list[tuple[str, Any]]:
    return [(one.name, _type(one.hint)) for one in wire_fields(contract)]


def _type(hint: Any) -> Any:
    import pyarrow as pa

    plain = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if hint in plain:
        return plain[hint]
    if is_dataclass(hint):
        return pa.struct(_columns(hint))  # type: ignore[arg-type] # a class, not one of its values
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(arguments[0])
    if origin in (Union, UnionType):
        some = [one for one in arguments if one is not NoneType]
        return _type(some[0]) if len(some) == 1 else pa.string()
    if origin is tuple:
        return pa.list_(_type(arguments[0]))
    raise TypeError(hint)
