"""Errors of the emulator.

OrderListError
└── ConfigurationError
    ├── PortInUseError           something else listens on the port                        -> 2
    ├── DataFileError            the data file cannot be used                              -> 2
    └── BoardFileError           the file of boards cannot be used                         -> 2

Exception
└── ApiError                     the API's answer to a request that it does not fulfil: goes to the client, in the
                                 documented shape, and never to the person who started the emulator
"""

from __future__ import annotations

from console import ConfigurationError


class PortInUseError(ConfigurationError):
    """The address cannot be bound."""


class DataFileError(ConfigurationError):
    """The data file is not a board emulator's, is damaged, or cannot be written."""


class BoardFileError(ConfigurationError):
    """The file that defines the boards is wrong."""


class ApiError(Exception):
    """An application error: ``errors[]`` with ``extensions.code``; HTTP stays 200.

    Args:
        code: what stands in ``extensions.code``.
        message: the sentence in ``message``.
        status_code: what stands in ``extensions.status_code`` (not the HTTP status).
        data: what stands in ``extensions.error_data``.
    """

    def __init__(
        self, code: str, message: str, *, status_code: int = 200, data: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        # graphql-core copies this attribute of an original error into the error's extensions
        self.extensions: dict[str, object] = {"code": code, "status_code": status_code, "error_data": data or {}}


def unauthorized(action: str) -> ApiError:
    """The token may not do ``action``."""
    return ApiError("UserUnauthorizedException", f"User unauthorized to perform action: {action}", status_code=403)


def bad_value(column_type: str, message: str, value: object = None) -> ApiError:
    """A value that a column of ``column_type`` does not take."""
    data: dict[str, object] = {"column_type": column_type}
    if value is not None:
        data["column_value"] = str(value)[:200]
    return ApiError("ColumnValueException", message, data=data)


def invalid_board(board_id: object) -> ApiError:
    """There is no such board."""
    return ApiError("InvalidBoardIdException", "This board ID doesn't exist", data={"board_id": str(board_id)})


def invalid_column(column_id: object) -> ApiError:
    """There is no such column on the board."""
    return ApiError(
        "InvalidColumnIdException", f"This column ID doesn't exist for the board: {column_id}",
        data={"column_id": str(column_id)},
    )  # fmt: skip


def invalid_group(group_id: object) -> ApiError:
    """There is no such active group on the board."""
    return ApiError("InvalidGroupIdException", "Group not found", data={"group_id": str(group_id)})


def invalid_item(item_id: object) -> ApiError:
    """There is no such item, or it is not active any more."""
    return ApiError("InvalidItemIdException", "Item not found or not active", data={"item_id": str(item_id)})


def invalid_argument(message: str) -> ApiError:
    """An argument that the vendor's types permit but the API does not."""
    return ApiError("InvalidArgumentException", message)
