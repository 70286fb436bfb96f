"""boto3 and IAM, STS: roles and policies as deploy uses them, assumed roles and what they may not do."""

import json

import boto3
from fixtures import ALLOW_ALL, ROLE, ROLE_NAME, TRUST, refused

iam = boto3.client("iam")
sts = boto3.client("sts")
ACCOUNT_TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}]})


def roles():
    role = iam.create_role(RoleName="matrix-role", Path="/conformance/", AssumeRolePolicyDocument=TRUST,
                           Description="of the matrix", MaxSessionDuration=7200,
                           Tags=[{"Key": "a", "Value": "1"}])["Role"]
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST) and role["RoleId"].startswith("AROA")
    iam.get_waiter("role_exists").wait(RoleName="matrix-role")
    refused("EntityAlreadyExists", iam.create_role, RoleName="matrix-role", AssumeRolePolicyDocument=TRUST)
    refused("MalformedPolicyDocument", iam.create_role, RoleName="matrix-x", AssumeRolePolicyDocument="{}")
    refused("NoSuchEntity", iam.get_role, RoleName="nobody")
    iam.update_role(RoleName="matrix-role", Description="changed", MaxSessionDuration=3600)
    assert iam.get_role(RoleName="matrix-role")["Role"]["Description"] == "changed"
    iam.update_assume_role_policy(RoleName="matrix-role", PolicyDocument=ACCOUNT_TRUST)
    iam.tag_role(RoleName="matrix-role", Tags=[{"Key": "b", "Value": "2"}])
    iam.untag_role(RoleName="matrix-role", TagKeys=["a"])
    assert iam.list_role_tags(RoleName="matrix-role")["Tags"] == [{"Key": "b", "Value": "2"}]
    pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 1})
    assert {"matrix-role", ROLE_NAME} <= {role["RoleName"] for page in pages for role in page["Roles"]}
    assert [role["RoleName"] for role in iam.list_roles(PathPrefix="/conformance/")["Roles"]] == ["matrix-role"]


def policies():
    iam.put_role_policy(RoleName="matrix-role", PolicyName="inline", PolicyDocument=ALLOW_ALL)
    assert iam.get_role_policy(RoleName="matrix-role", PolicyName="inline")["PolicyDocument"] == json.loads(ALLOW_ALL)
    assert iam.list_role_policies(RoleName="matrix-role")["PolicyNames"] == ["inline"]
    arn = iam.create_policy(PolicyName="matrix-policy", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="matrix-role", PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName="matrix-role")["AttachedPolicies"]
    assert attached == [{"PolicyName": "matrix-policy", "PolicyArn": arn}]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == json.loads(ALLOW_ALL)
    assert iam.list_policy_versions(PolicyArn=arn)["Versions"][0]["IsDefaultVersion"]
    assert arn in [policy["Arn"] for policy in iam.list_policies(Scope="Local")["Policies"]]
    refused("DeleteConflict", iam.delete_role, RoleName="matrix-role")
    refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
    role = iam.get_role(RoleName="matrix-role")["Role"]["Arn"]
    simulated = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["s3:GetObject"])["EvaluationResults"]
    assert simulated[0]["EvalDecision"] == "allowed"
    iam.put_role_permissions_boundary(RoleName="matrix-role", PermissionsBoundary=arn)
    assert iam.get_role(RoleName="matrix-role")["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    iam.delete_role_permissions_boundary(RoleName="matrix-role")
    custom = iam.simulate_custom_policy(PolicyInputList=[ALLOW_ALL], ActionNames=["s3:GetObject", "sqs:ListQueues"])
    assert [result["EvalDecision"] for result in custom["EvaluationResults"]] == ["allowed", "allowed"]
    iam.detach_role_policy(RoleName="matrix-role", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def sessions():
    assert sts.get_caller_identity()["Account"] == "000000000000"
    arn = iam.get_role(RoleName="matrix-role")["Role"]["Arn"]
    iam.put_role_policy(RoleName="matrix-role", PolicyName="inline", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}}))
    answer = sts.assume_role(RoleArn=arn, RoleSessionName="matrix", DurationSeconds=900)
    keys = answer["Credentials"]
    assert answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/matrix-role/matrix")
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    assert session.client("sts").get_caller_identity()["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert "Buckets" in session.client("s3").list_buckets()
    refused("AccessDenied", session.client("s3").create_bucket, Bucket="not-allowed")
    refused("AccessDenied", session.client("iam").list_roles)
    refused("AccessDeniedException", session.client("lambda").list_functions)
    refused("AccessDeniedException", session.client("stepfunctions").list_state_machines)
    refused("AccessDeniedException", session.client("sagemaker").list_models)
    refused("AccessDeniedException", session.client("logs").describe_log_groups)
    forged = boto3.Session(keys["AccessKeyId"], "forged", keys["SessionToken"])
    refused("SignatureDoesNotMatch", forged.client("sts").get_caller_identity)
    refused("SignatureDoesNotMatch", forged.client("s3").list_buckets)
    refused("InvalidSignatureException", forged.client("lambda").list_functions)
    refused("AccessDenied", sts.assume_role, RoleArn=ROLE, RoleSessionName="matrix")


def delete():
    iam.delete_role_policy(RoleName="matrix-role", PolicyName="inline")
    iam.delete_role(RoleName="matrix-role")
    refused("NoSuchEntity", iam.get_role, RoleName="matrix-role")


PARTS = [roles, policies, sessions, delete]
