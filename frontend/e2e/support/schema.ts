/** JSON Schema as the API's document uses it. */
export interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

/** What of a value does not fit a schema, each with its JSON pointer. A member that no schema names is a fault. */
export function faults(value: unknown, schema: Schema, schemas: Record<string, Schema>, at = ""): string[] {
  if (schema.$ref) {
    const known = schemas[schema.$ref.replace("#/components/schemas/", "")];
    return known ? faults(value, known, schemas, at) : [`${at}: ${schema.$ref} leads nowhere`];
  }
  if (schema.anyOf) {
    const tried = schema.anyOf.map((one) => faults(value, one, schemas, at));
    return tried.some((one) => one.length === 0) ? [] : [`${at}: fits none of the choices`];
  }
  const type = typeOf(value);
  const types = [schema.type ?? type].flat();
  if (!types.includes(type) && !(type === "integer" && types.includes("number"))) return [`${at}: is ${type}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: none of the choices`];
  if (typeof value === "string") return outside(at, [...value].length, schema.minLength, schema.maxLength, schema.pattern, value);
  if (typeof value === "number") return outside(at, value, schema.minimum, schema.maximum);
  const { items } = schema;
  if (Array.isArray(value)) return items ? value.flatMap((one, i) => faults(one, items, schemas, `${at}/${i}`)) : [];
  if (type === "object") return faultsOfMembers(value as Record<string, unknown>, schema, schemas, at);
  return [];
}

function outside(at: string, size: number, least = -Infinity, most = Infinity, pattern = "", text = ""): string[] {
  const found = size < least || size > most ? [`${at}: out of bounds`] : [];
  return new RegExp(pattern, "u").test(text) ? found : [...found, `${at}: not of the pattern`];
}

function faultsOfMembers(
  value: Record<string, unknown>,
  { properties, required = [] }: Schema,
  schemas: Record<string, Schema>,
  at: string,
): string[] {
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}: ${name} is missing`);
  if (!properties) return missing;
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const known = properties[name];
    return known ? faults(member, known, schemas, `${at}/${name}`) : [`${at}: ${name} is not in the document`];
  });
  return [...missing, ...wrong];
}
