SwaggerUIBundle({
  url: '/openapi/v1.json',
  dom_id: '#docs',
  deepLinking: true,
  filter: true,
  persistAuthorization: false,
  defaultModelsExpandDepth: 0,
  docExpansion: 'none',
  tryItOutEnabled: true,
  validatorUrl: null,
});
