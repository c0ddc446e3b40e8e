import { defineConfig } from "vite";

/** The element as a module of the npm package, beside that package's own `index.js`. */
export default defineConfig({
  define: { IS_SITE: "false" },
  publicDir: false,
  plugins: [
    {
      name: "beside-the-package",
      enforce: "pre",
      resolveId: (id) => (id === "repin" ? { id: "./index.js", external: true } : null),
    },
  ],
  build: {
    target: "es2023",
    emptyOutDir: false,
    lib: { entry: "src/element/element.ts", formats: ["es"], fileName: () => "element.js" },
  },
});
