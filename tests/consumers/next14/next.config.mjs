export default {
  output: "standalone",
  experimental: { serverComponentsExternalPackages: ["scalekit-client"] },
};
