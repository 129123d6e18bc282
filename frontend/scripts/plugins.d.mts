import type { Plugin } from "vite";

export function messages(): Plugin;
export function compressed(): Plugin;
