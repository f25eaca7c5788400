/** What a worker posts, whatever form it has. */
import type { Answer, AnswerBatch, SingleAnswer } from "../../src/protocol/messages.ts";

export function answersOf(batch: AnswerBatch | SingleAnswer): readonly Answer[] {
  if ("answers" in batch) return batch.answers;
  if (batch.length === 3) return [["values", batch[1], [batch[2]]]];
  return [["rows", batch[1], batch[2], [batch[3]?.length ?? -1]]];
}
