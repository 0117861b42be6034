"""Endpoints of the authentication service: log in, refresh, validate and log out."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, base_url
from anaplan_frames.sandbox.routes.request_context import json_body, tenant_of
from anaplan_frames.sandbox.tenant.login_certificates import BadCredential, BadHeader
from anaplan_frames.sandbox.tenant.login_tokens import Token
from anaplan_frames.sandbox.tenant.tenant_users import CUSTOMER_ID, User

_BAD_HEADER = "Invalid header. Verify the header."
_BAD_TOKEN = "The token is invalid or has expired."


async def authenticate(request: Request) -> Response:
    """Exchange credentials for a token."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme == "Basic":
            user = _basic(request, value)
        elif scheme == "CACertificate":
            tenant = tenant_of(request)
            body = await _signed_body(request)
            user = tenant.certificates.login(value, body, tenant.clock())
        else:
            raise BadHeader(_BAD_HEADER)
    except BadHeader as error:
        return _failure(401, "FAILURE_BAD_HEADER", str(error))
    except BadCredential as error:
        return _failure(401, "FAILURE_BAD_CREDENTIAL", str(error))
    token = tenant_of(request).tokens.issue(user)
    tenant_of(request).audit.note("USR-8", user, user.id)
    return _success(request, 201, "Login successful", tokenInfo=_info(token))


async def refresh(request: Request) -> Response:
    """Extend the token; its value stays the same."""
    value = _token_value(request)
    if value is None:
        return _failure(400, "FAILURE_BAD_HEADER", _BAD_HEADER)
    token = tenant_of(request).tokens.refresh(value)
    if token is None:
        return _failure(401, "FAILURE_BAD_CREDENTIAL", _BAD_TOKEN)
    return _success(request, 200, "Token refreshed", tokenInfo=_info(token))


async def validate(request: Request) -> Response:
    """Show whose token it is and when it expires."""
    value = _token_value(request)
    if value is None:
        return _failure(400, "FAILURE_BAD_HEADER", _BAD_HEADER)
    token = tenant_of(request).tokens.find(value)
    if token is None:
        return _failure(401, "FAILURE_BAD_CREDENTIAL", _BAD_TOKEN)
    return _success(
        request,
        200,
        "Token validated",
        tokenInfo={"expiresAt": int(token.expires_at * 1000), "tokenId": token.id},
        userInfo={
            "userGuid": token.user.id,
            "userId": token.user.email,
            "customerGuid": CUSTOMER_ID,
        },
    )


async def logout(request: Request) -> Response:
    """Revoke the token."""
    value = _token_value(request)
    if value is None:
        return _failure(401, "FAILURE_BAD_HEADER", _BAD_HEADER)
    tenant = tenant_of(request)
    token = tenant.tokens.find(value)
    if token is None or not tenant.tokens.revoke(value):
        return _failure(401, "FAILURE_BAD_CREDENTIAL", _BAD_TOKEN)
    tenant.audit.note("USR-10", token.user, token.user.id)
    return Response(status_code=204)


def _basic(request: Request, value: str) -> User:
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise BadHeader(_BAD_HEADER) from None
    email, colon, password = text.partition(":")
    if not colon:
        raise BadHeader(_BAD_HEADER)
    tenant = tenant_of(request)
    user = tenant.users.by_login(email, password)
    if user is None:
        known = tenant.users.by_email(email)
        if known is not None:
            tenant.audit.note("USR-9", known, known.id, success=False)
        raise BadCredential("The email or the password is wrong.")
    return user


async def _signed_body(request: Request) -> dict[str, Any]:
    try:
        return await json_body(request)
    except ApiError as error:
        raise BadCredential(error.message) from None


def _token_value(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() or None if scheme == "AnaplanAuthToken" else None


def _info(token: Token) -> dict[str, Any]:
    return {
        "expiresAt": int(token.expires_at * 1000),
        "tokenId": token.id,
        "tokenValue": token.value,
        "refreshTokenId": token.refresh_id,
    }


def _success(request: Request, status: int, message: str, **payload: Any) -> JSONResponse:
    body = {
        "meta": {"validationUrl": f"{base_url(request)}/token/validate"},
        "status": "SUCCESS",
        "statusMessage": message,
        **payload,
    }
    return JSONResponse(body, status)


def _failure(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"status": code, "statusMessage": message}, status)


routes: list[Route] = [
    Route("/token/authenticate", authenticate, methods=["POST"]),
    Route("/token/refresh", refresh, methods=["POST"]),
    Route("/token/validate", validate, methods=["GET"]),
    Route("/token/logout", logout, methods=["POST"]),
]
