# The headless program: `serve`, `consume`, `simulate` and the rest of `reelmetrics --help`. No window, no Electron.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The packages' scripts fetch Electron and the like, which are not needed here.
RUN npm ci --ignore-scripts
COPY . .
RUN npx electron-vite build --logLevel warn && npm prune --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
# Nothing that installs or builds stays.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* \
  /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/out/main ./out/main
COPY LICENSE ./
# node, by number: hosts need not know the name.
USER 1000:1000
# Writes nothing but throw-away data below /tmp: the root file system may be read-only.
EXPOSE 8001 8002 9090
# No HEALTHCHECK: which port answers, and whether one does, is the command's choice. Compose and Kubernetes say their own.
ENTRYPOINT ["node", "out/main/cli.js"]
CMD ["--help"]
