// @ts-check
// Lists the public API of the Node package, one item a line, from the declarations in lib/.
//
// Modules in `lib/runtime` are internal: their types are listed where a public module exports them.
// The messages are not listed: they follow from proto/, and the list of the Rust crate contains
// their fields.
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
// TypeScript 7 has no API for programs. The package that checks the types contains TypeScript 5, in
// the place that package-lock.json gives it.
import ts from "../node_modules/@arethetypeswrong/core/node_modules/typescript/lib/typescript.js";

const root = resolve(import.meta.dirname, "..");
const lib = resolve(root, "lib");
const { exports } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));

/** Returns the declaration files of the entry points. */
function entryPoints() {
  /** @type {Set<string>} */
  const files = new Set();
  for (const target of Object.values(exports)) {
    const pattern = target.require?.types ?? target.types;
    if (!pattern || /runtime|messages/.test(pattern)) {
      continue;
    }
    if (pattern.includes("*")) {
      const [folder, extension] = pattern.split("*");
      const found = ts.sys.readDirectory(resolve(root, folder), [extension], [], ["*"]);
      found.forEach((file) => files.add(file));
    } else {
      files.add(resolve(root, pattern));
    }
  }
  // Edge is last: the types that it shares are listed with the main entry.
  const [others, edge] = [false, true].map((isEdge) =>
    [...files].filter((file) => file.includes("/edge/") === isEdge).sort(),
  );
  return [...(others ?? []), ...(edge ?? [])];
}

const printer = ts.createPrinter({ removeComments: true });

/** @param {ts.Node} node */
function text(node) {
  const printed = printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile());
  return printed.replace(/^(export |declare |default )+/, "").replace(/\s+/g, " ");
}

/** @param {ts.Node} node */
function isPrivate(node) {
  const { Private, Protected } = ts.ModifierFlags;
  const flags = ts.getCombinedModifierFlags(/** @type {any} */ (node));
  const name = /** @type {any} */ (node).name;
  return (flags & (Private | Protected)) !== 0 || (name && ts.isPrivateIdentifier(name));
}

/**
 * Yields the members of a class or interface. Includes the members of bases that are not exported.
 *
 * @param {string} name
 * @param {ts.ClassDeclaration | ts.InterfaceDeclaration} node
 * @returns {Generator<string>}
 */
function* members(name, node) {
  for (const base of node.heritageClauses?.flatMap((clause) => clause.types) ?? []) {
    const symbol = checker.getSymbolAtLocation(base.expression);
    const target =
      symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    for (const declaration of target?.declarations ?? []) {
      const file = declaration.getSourceFile().fileName;
      const isInternal = !relative(lib, file).startsWith("..") && !files.includes(file);
      if (
        isInternal &&
        (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration))
      ) {
        yield* members(name, declaration);
      }
    }
  }
  for (const member of node.members) {
    if (!isPrivate(member)) {
      yield `${name}: ${text(member)}`;
    }
  }
}

/** @param {string} name @param {ts.Declaration} declaration */
function* lines(name, declaration) {
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) {
    const kind = ts.isClassDeclaration(declaration) ? "class" : "interface";
    const parameters = declaration.typeParameters?.map(text).join(", ");
    const bases = declaration.heritageClauses?.map((clause) => ` ${text(clause).trim()}`).join("");
    yield `${kind} ${name}${parameters ? `<${parameters}>` : ""}${bases ?? ""}`;
    yield* members(name, declaration);
  } else if (ts.isVariableDeclaration(declaration)) {
    yield `const ${name}: ${text(declaration)}`;
  } else {
    yield `${name}: ${text(declaration)}`;
  }
}

const files = entryPoints();
const program = ts.createProgram(files, { skipLibCheck: true, types: ["node"] });
const checker = program.getTypeChecker();
/** Where each declaration is listed. */
const listed = new Map();
for (const file of files) {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) {
    throw new Error(`${file} is not a module`);
  }
  const path = relative(lib, file).replace(/\.d\.m?ts$/, "");
  for (let symbol of checker.getExportsOfModule(module)) {
    const name = `${path} ${symbol.name}`;
    if (symbol.flags & ts.SymbolFlags.Alias) {
      symbol = checker.getAliasedSymbol(symbol);
    }
    for (const declaration of symbol.declarations ?? []) {
      const origin = relative(lib, declaration.getSourceFile().fileName);
      const known = listed.get(declaration);
      if (known || /^(\.\.|messages)/.test(origin)) {
        console.log(
          `use ${name} = ${known ?? `${origin.replace(/\.d\.m?ts$/, "")} ${symbol.name}`}`,
        );
        continue;
      }
      listed.set(declaration, name);
      for (const line of lines(name, declaration)) {
        console.log(line);
      }
    }
  }
}
