// `require('premier/documents')`.
const { documents } = require('./document-server.cjs');
module.exports = { documents };
