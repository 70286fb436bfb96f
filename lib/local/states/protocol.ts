/** The protocol of Step Functions. */
import { awsJson } from "../protocols/aws_json.ts";

export const statesProtocol = awsJson({ version: "1.0", target: "AWSStepFunctions" });
