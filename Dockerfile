FROM node:24-bookworm-slim AS build
WORKDIR /leadmesh
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY protocol protocol
COPY schemas schemas
COPY node node
RUN npx vite build --config node/web/vite.config.ts --logLevel warn && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production LEADMESH_DATA_FOLDER=/data LEADMESH_HOST=0.0.0.0 LEADMESH_PORT=8600
WORKDIR /leadmesh
COPY --from=build /leadmesh/package.json ./
COPY --from=build /leadmesh/node_modules node_modules
COPY --from=build /leadmesh/protocol protocol
COPY --from=build /leadmesh/schemas schemas
COPY --from=build /leadmesh/node node
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8600
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LEADMESH_PORT}/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "node/main.ts"]
