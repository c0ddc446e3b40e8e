import type { Access } from "../control/question";
import { why } from "../protocol/ask";
import { renku } from "./api";

/** Whether Renku's sessions can have an image, as Renku itself says. */
export async function checkImage(image: string): Promise<Access> {
  try {
    const { accessible, platforms, connection, provider } = await renku.image(image);
    if (accessible) {
      const names = (platforms ?? []).map(({ os, architecture }) => [os, architecture].filter((part) => part != null).join("/"));
      return { access: "yes", platforms: [...new Set(names)] };
    }
    const isUnconnected = provider != null && connection?.status !== "connected";
    return { access: isUnconnected ? "integration" : "no" };
  } catch (error) {
    return { access: "unknown", message: why(error).message };
  }
}
