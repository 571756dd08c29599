"""The access keys of the caller, who is the only user there is."""

from __future__ import annotations

from datetime import UTC, datetime

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.identities.state import AccessKey
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.services.sts import USER_NAME
from multitool_tui.sandbox.wire.messages import Params

_MOST = 2  # IAM user guide, "IAM and STS quotas"
_ON_A_PAGE = 100


def list_access_keys(region: Region, params: Params) -> Params:
    keys = sorted(_of_user(region, params), key=lambda key: (key.created, key.name))
    size = params.get("MaxItems", _ON_A_PAGE)
    items, marker = paging.page(keys, size, params.get("Marker"), "AccessKeys", "ValidationException")
    found = [_shown(key) for key in items]
    return {"AccessKeyMetadata": found, "IsTruncated": marker is not None} | ({"Marker": marker} if marker else {})


def create_access_key(region: Region, params: Params) -> Params:
    if len(_of_user(region, params)) >= _MOST:
        raise AwsError("LimitExceededException", f"Cannot exceed quota for AccessKeysPerUser: {_MOST}")
    identities = region.identities
    key = AccessKey(identities.new_id("AKIA"), USER_NAME, region.now)
    identities.keys[key.name] = key
    return {"AccessKey": _shown(key) | {"SecretAccessKey": identities.new_secret()}}


def update_access_key(region: Region, params: Params) -> Params:
    _key(region, params).active = params["Status"] == "Active"
    return {}


def delete_access_key(region: Region, params: Params) -> Params:
    key = _key(region, params)
    del region.identities.keys[key.name]
    region.identities.gone.add(key.name)
    return {}


def _of_user(region: Region, params: Params) -> list[AccessKey]:
    user = params.get("UserName", USER_NAME)
    if user != USER_NAME:
        raise AwsError("NoSuchEntityException", f"The user with name {user} cannot be found.")
    return [key for key in region.identities.keys.values() if key.user == user]


def _key(region: Region, params: Params) -> AccessKey:
    for key in _of_user(region, params):
        if key.name == params["AccessKeyId"]:
            return key
    raise AwsError("NoSuchEntityException", f"The Access Key with id {params['AccessKeyId']} cannot be found.")


def _shown(key: AccessKey) -> Params:
    return {
        "UserName": key.user,
        "AccessKeyId": key.name,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": datetime.fromtimestamp(key.created, UTC).replace(microsecond=0),
    }
