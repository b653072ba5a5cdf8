import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { build, type Connect, type HttpServer, type Plugin, type ProxyOptions, type UserConfig } from 'vite';

import { type ComfyAddress, parseComfyUrl } from './comfy-url';
import { META_POLICY } from './content-policy';
import { openSecondDoor } from './doors';
import { decide, type GatePolicy, readGateRequest, refusalBody, refusalStatusText } from './gate';
import { parseAllowedHosts } from './host-names';
import { sendJson, unreachableJson } from './replies';
import { PROXY_PATTERNS, type Serving } from './routes';
import { writeRawResponse } from './tunnel';
import { VERSION } from './version';
import { NO_TRUST, roleAtOwnersDoor } from './visitor';

export interface DarkroomPluginOptions {
  /** Address of ComfyUI. */
  comfyUrl: string;
  /** Host names to answer to besides the loopback ones; see `parseAllowedHosts`. */
  allowedHosts: readonly string[];
}

/**
 * Makes Vite's dev and preview servers behave like the Darkroom server: the same gate, the same routes to
 * ComfyUI, the same response when it is down, both loopback families.
 *
 * The gate runs twice on purpose. As middleware it covers what Vite itself serves; in the proxy's `bypass`
 * it also covers WebSocket handshakes, which never pass the middleware and which Vite forwards whatever
 * their Host and Origin (gallery-queue-sharing notes 3.2).
 */
export function darkroom(options: DarkroomPluginOptions): Plugin {
  const comfy = parseComfyUrl(options.comfyUrl);
  const allowedHosts = parseAllowedHosts(options.allowedHosts);
  const policyFor = (serving: Serving): GatePolicy => ({
    allowedHosts,
    serving,
    identify: ({ visitor }) => ({ role: roleAtOwnersDoor(visitor, NO_TRUST) }),
  });
  const server = {
    host: '127.0.0.1',
    allowedHosts: allowedHosts.map(({ name }) => name),
    cors: false,
    // ComfyUI's routes are the same whatever is served.
    proxy: proxyOptions(comfy, policyFor('preview')),
  };
  const prepare = (middlewares: Connect.Server, httpServer: HttpServer | null, policy: GatePolicy): void => {
    middlewares.use(gateMiddleware(policy));
    middlewares.use('/darkroom/about', (_request, response) => {
      sendJson(response, 200, { name: 'comfy-darkroom', version: VERSION, comfyUrl: comfy.shown });
    });
    guardOtherSockets(httpServer, policy);
    answerOnIpv6(httpServer);
  };
  return {
    name: 'darkroom',
    config: () => ({ server, preview: server }),
    configureServer: ({ middlewares, httpServer }) => {
      prepare(middlewares, httpServer, policyFor('sources'));
    },
    configurePreviewServer: ({ middlewares, httpServer }) => {
      prepare(middlewares, httpServer, policyFor('preview'));
    },
  };
}

function gateMiddleware(policy: GatePolicy): Connect.NextHandleFunction {
  return (request, response, next) => {
    const decision = decide(readGateRequest(request), policy);
    if (decision.allow) {
      next();
      return;
    }
    response.writeHead(decision.status, {
      'Content-Type': 'application/json',
      Connection: 'close',
      ...(decision.allowedMethods === undefined ? {} : { Allow: decision.allowedMethods }),
    });
    response.end(refusalBody(decision));
  };
}

function proxyOptions(comfy: ComfyAddress, policy: GatePolicy): Record<string, ProxyOptions> {
  const common: ProxyOptions = {
    target: comfy.shown,
    // Keeping the browser's Host makes it agree with Origin, as ComfyUI's origin check requires (API notes §5).
    changeOrigin: false,
    bypass: (request) => {
      const decision = decide(readGateRequest(request), policy);
      return decision.allow && decision.route.owner === 'comfyui' ? undefined : false;
    },
    configure: (proxy) => {
      // Runs before Vite's own handler, which does not touch a response that was already started.
      proxy.on('error', (error: Error, _request: IncomingMessage, response: ServerResponse | Duplex) => {
        const body = unreachableJson(comfy.shown, error);
        if ('writeHead' in response) {
          sendJson(response, 502, body);
        } else {
          writeRawResponse(response, 502, 'Bad Gateway', JSON.stringify(body));
        }
      });
    },
  };
  if (comfy.authorization !== undefined) {
    common.headers = { Authorization: comfy.authorization };
  }
  return {
    [PROXY_PATTERNS.http]: common,
    [PROXY_PATTERNS.socket]: { ...common, ws: true },
  };
}

/** Handles handshakes that are not proxied: Vite's own reload socket passes the gate, all others end here. */
function guardOtherSockets(httpServer: HttpServer | null, policy: GatePolicy): void {
  const proxied = new RegExp(PROXY_PATTERNS.socket);
  httpServer?.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    if (proxied.test(request.url ?? '')) {
      return;
    }
    const decision = decide(readGateRequest(request), policy);
    if (!decision.allow) {
      writeRawResponse(socket, decision.status, refusalStatusText(decision), refusalBody(decision));
    } else if (!request.headers['sec-websocket-protocol']?.startsWith('vite-')) {
      writeRawResponse(socket, 404, 'Not Found', '{"error":{"type":"not_found"}}');
    }
  });
}

/** `localhost` may mean either loopback family, and Vite listens on one address only. */
function answerOnIpv6(httpServer: HttpServer | null): void {
  httpServer?.once('listening', () => {
    const address = httpServer.address();
    if (typeof address !== 'object' || address?.address !== '127.0.0.1') {
      return;
    }
    openSecondDoor(httpServer as Server, '::1', address.port).then(
      (door) => {
        httpServer.once('close', () => void door?.close());
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        console.warn(`Open the page as 127.0.0.1: [::1] is not available (${reason}).`);
      },
    );
  });
}

/**
 * Puts the content security policy into the built page, for servers that send none of their own, such as
 * ComfyUI. Vite's dev server injects scripts that the policy would block, so it gets none.
 */
export function contentPolicy(): Plugin {
  return {
    name: 'darkroom-content-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: META_POLICY },
        // The policy applies only to what comes after it.
        injectTo: 'head-prepend',
      },
    ],
  };
}

/**
 * Builds a second page into the same directory. By itself and not as a second entry: the two would share files,
 * and each load parts that only the other needs.
 * @param input its HTML file, from the project's directory.
 * @param config made anew for every build, since plugins keep what they learnt in one.
 */
export function besides(input: string, config: () => UserConfig): Plugin {
  let root = '';
  let outDir = '';
  let logLevel: UserConfig['logLevel'];
  return {
    name: 'darkroom-besides',
    apply: 'build',
    configResolved: (resolved) => {
      ({ root, logLevel } = resolved);
      ({ outDir } = resolved.build);
    },
    writeBundle: async () => {
      const second = config();
      await build({
        ...second,
        root,
        configFile: false,
        ...(logLevel && { logLevel }),
        build: {
          ...second.build,
          outDir,
          emptyOutDir: false,
          copyPublicDir: false,
          rolldownOptions: { ...second.build?.rolldownOptions, input: resolve(root, input) },
        },
      });
    },
  };
}

const COMPRESSIBLE = /\.(?:js|css|html|svg|json|webmanifest|txt)$/;
const MIN_BYTES = 1024;

/** Writes a `.gz` next to every text file of the build; both our server and ComfyUI serve those. */
export function precompress(): Plugin {
  let directory = '';
  return {
    name: 'darkroom-precompress',
    apply: 'build',
    configResolved: (config) => {
      directory = resolve(config.root, config.build.outDir);
    },
    writeBundle: () => {
      for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && COMPRESSIBLE.test(entry.name)) {
          const bytes = readFileSync(path);
          if (bytes.length >= MIN_BYTES) {
            writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
          }
        }
      }
    },
  };
}
