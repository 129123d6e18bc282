import type { Plugin } from "vite";

export function messages(): Plugin;
export function compressed(): Plugin;
export function layered(): Plugin;

interface Graph {
  getModuleInfo(id: string): { isEntry: boolean; importers: string[] } | null;
}
export const chunks: { name: (id: string, graph: Graph) => string | null; priority: number }[];
