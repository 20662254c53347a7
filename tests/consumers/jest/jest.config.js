module.exports = { resetModules: true };
