/** How Step Functions is spoken to. */
import { awsJson } from "../protocols/aws_json.ts";

export const statesProtocol = awsJson({ version: "1.0", target: "AWSStepFunctions" });
