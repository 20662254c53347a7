export default {
  mode: "production",
  target: "node20",
  entry: "./server.mjs",
  output: { filename: "server.cjs" },
  externals: { "scalekit-client": "commonjs scalekit-client" },
};
