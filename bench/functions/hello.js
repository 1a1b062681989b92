// The handler all warm measurements call, byte for byte the same everywhere.
exports.handler = async (event) => ({ message: `hello, ${event.name}` });
