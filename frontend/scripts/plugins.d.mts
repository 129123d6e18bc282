import type { Plugin } from "vite";

export function messages(): Plugin;
export function compressed(): Plugin;
export function chunkOf(id: string, context: { getModuleInfo(id: string): unknown }): string | null;
export function layered(): Plugin;
