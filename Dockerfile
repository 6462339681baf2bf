# The packages the node runs with.
FROM node:24-bookworm-slim AS packages
WORKDIR /leadmesh
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

# The console is built with the packages of development; of them nothing stays.
FROM packages AS build
RUN npm ci --no-audit --no-fund
COPY protocol protocol
COPY node node
RUN npx vite build --config node/web/vite.config.ts --logLevel warn \
  && find node/web -mindepth 1 -maxdepth 1 ! -name dist -exec rm -r {} +

FROM node:24-bookworm-slim
ENV NODE_ENV=production LEADMESH_DATA_FOLDER=/data LEADMESH_HOST=0.0.0.0 LEADMESH_PORT=8600
WORKDIR /leadmesh
COPY package.json LICENSE ./
COPY --from=packages /leadmesh/node_modules node_modules
COPY --from=build /leadmesh/protocol protocol
COPY --from=build /leadmesh/node node
COPY schemas/vectors schemas/vectors
RUN ln -s /leadmesh/node/cli/leadmesh.mjs /usr/local/bin/leadmesh && install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 8600
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LEADMESH_PORT}/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["leadmesh", "start"]
