"""boto3 and CloudWatch, Service Quotas: metrics, an alarm from its making to its end, quotas."""

from datetime import datetime, timedelta, timezone

import boto3

cloudwatch = boto3.client("cloudwatch")
quotas = boto3.client("service-quotas")


def metrics():
    now = datetime.now(timezone.utc)
    around = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=1)}
    # More than 10 KiB, which boto3 compresses.
    cloudwatch.put_metric_data(Namespace="Matrix", MetricData=[
        {"MetricName": "orders", "Value": 2.5, "Timestamp": now, "Unit": "Count",
         "Dimensions": [{"Name": "class", "Value": "bicycle"}]}] * 300)
    metric = {"Namespace": "Matrix", "MetricName": "orders", "Dimensions": [{"Name": "class", "Value": "bicycle"}]}
    points = cloudwatch.get_metric_statistics(**metric, **around, Period=60, Statistics=["Sum", "SampleCount"])
    assert sum(point["SampleCount"] for point in points["Datapoints"]) == 300
    results = cloudwatch.get_metric_data(**around, MetricDataQueries=[
        {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}},
        {"Id": "e", "Expression": "m * 2"}])["MetricDataResults"]
    assert [sum(result["Values"]) for result in results] == [750, 1500]
    listed = cloudwatch.list_metrics(Namespace="Matrix")["Metrics"]
    assert [one["MetricName"] for one in listed] == ["orders"]


def alarms():
    name = {"AlarmName": "matrix-alarm"}
    cloudwatch.put_metric_alarm(**name, Namespace="Matrix", MetricName="orders", Statistic="Sum", Period=60,
                                EvaluationPeriods=2, DatapointsToAlarm=1, Threshold=5, TreatMissingData="notBreaching",
                                ComparisonOperator="GreaterThanThreshold", Tags=[{"Key": "made-by", "Value": "matrix"}])
    cloudwatch.set_alarm_state(**name, StateValue="ALARM", StateReason="try")
    alarm, = cloudwatch.describe_alarms(AlarmNames=["matrix-alarm"])["MetricAlarms"]
    assert alarm["AlarmName"] == "matrix-alarm" and alarm["StateUpdatedTimestamp"].year > 2000
    assert cloudwatch.describe_alarms_for_metric(Namespace="Matrix", MetricName="orders")["MetricAlarms"]
    cloudwatch.disable_alarm_actions(AlarmNames=["matrix-alarm"])
    cloudwatch.enable_alarm_actions(AlarmNames=["matrix-alarm"])
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "made-by", "Value": "matrix"}]
    history = cloudwatch.describe_alarm_history(**name)["AlarmHistoryItems"]
    assert {"ConfigurationUpdate", "StateUpdate"} <= {item["HistoryItemType"] for item in history}
    cloudwatch.delete_alarms(AlarmNames=["matrix-alarm"])


def service_quotas():
    found = quotas.list_service_quotas(ServiceCode="sagemaker")["Quotas"]
    code = {"ServiceCode": "sagemaker", "QuotaCode": found[0]["QuotaCode"]}
    assert quotas.get_service_quota(**code)["Quota"] == found[0]
    assert quotas.get_aws_default_service_quota(**code)["Quota"]["QuotaName"] == found[0]["QuotaName"]
    asked = quotas.request_service_quota_increase(**code, DesiredValue=found[0]["Value"] + 1)["RequestedQuota"]
    assert quotas.get_requested_service_quota_change(RequestId=asked["Id"])["RequestedQuota"]["Status"] == "PENDING"


PARTS = [metrics, alarms, service_quotas]
