/** Zod, for what validation alone costs: the schema that a user of Zod would write for a city, parsed by `safeParse`. */
import type { City } from "../data/cities.ts";
import { peer, peerVersion } from "../peers.ts";
import type { SubjectKind, Validator } from "./subject.ts";

/** The part of Zod's interface that is used. */
interface Type {
  min(value: number): Type;
  max(value: number): Type;
  length(value: number): Type;
  nullable(): Type;
  safeParse(value: unknown): { readonly success: boolean };
}
interface Zod {
  object(fields: Record<string, Type>): Type;
  string(): Type;
  number(): Type;
  int(): Type;
}

function validator(): Validator {
  const { z } = peer<{ z: Zod }>("zod");
  const schema = z.object({
    id: z.int(),
    name: z.string().min(1),
    country: z.string().length(2),
    featureCode: z.string(),
    adminCode: z.string(),
    muni: z.string().nullable(),
    population: z.int().min(0),
    location: z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }),
  });
  return (row: City) => schema.safeParse(row).success;
}

export const zod: SubjectKind = {
  name: "zod",
  ours: false,
  durable: false,
  persistent: false,
  validates: true,
  about: "safeParse; validation alone",
  versions() {
    peer("zod");
    return { zod: peerVersion("zod") };
  },
  validator,
};
