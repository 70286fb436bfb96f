/** The log of a training job in CloudWatch. */
import {
  type CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";

const GROUP = "/aws/sagemaker/TrainingJobs";

/** Reads a training job's log from CloudWatch, continuing where it last stopped. */
export class JobLogs {
  /** The token of the next page of each stream; undefined before the first page. */
  readonly #tokens = new Map<string, string | undefined>();

  constructor(readonly logs: CloudWatchLogsClient, readonly jobName: string) {}

  /** The lines since the last call; none before the job begins to log. */
  async next(): Promise<string[]> {
    try {
      if (this.#tokens.size === 0) await this.#findStreams();
      const lines: string[] = [];
      for (const stream of this.#tokens.keys()) lines.push(...await this.#read(stream));
      return lines;
    } catch (error) {
      // The log group is created by the account's first job.
      if ((error as Error).name === "ResourceNotFoundException") return [];
      throw error;
    }
  }

  async #findStreams(): Promise<void> {
    const { logStreams = [] } = await this.logs.send(
      new DescribeLogStreamsCommand({ logGroupName: GROUP, logStreamNamePrefix: `${this.jobName}/` }),
    );
    for (const { logStreamName } of logStreams) this.#tokens.set(logStreamName!, undefined);
  }

  async #read(stream: string): Promise<string[]> {
    const lines: string[] = [];
    while (true) {
      const token = this.#tokens.get(stream);
      const { events = [], nextForwardToken } = await this.logs.send(
        new GetLogEventsCommand({
          logGroupName: GROUP,
          logStreamName: stream,
          startFromHead: true,
          nextToken: token,
        }),
      );
      lines.push(...events.map((event) => event.message ?? ""));
      this.#tokens.set(stream, nextForwardToken);
      // At the end the token stays the same; an empty page alone does not mean the end.
      if (nextForwardToken === token) return lines;
    }
  }
}
