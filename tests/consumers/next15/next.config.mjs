export default {
  output: "standalone",
  serverExternalPackages: ["scalekit-client"],
};
