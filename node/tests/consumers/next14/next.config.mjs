export default {
  output: "standalone",
  experimental: {
    outputFileTracingRoot: import.meta.dirname,
    serverComponentsExternalPackages: ["scalekit-client"],
  },
};
