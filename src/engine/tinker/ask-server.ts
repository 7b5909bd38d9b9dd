/** What a server says of itself: which kind it is, what it can beyond the protocol, what it limits. */
import type { Connection } from './connection.ts';
import { sdkVersion } from './connection.ts';
import type { ProfileKind, ServerProfile } from './profile.ts';
import { profiles } from './profiles.ts';
import type { ServerFacts } from './server.ts';
import { TinkerError } from './tinker-error.ts';
import {
  clientConfig,
  clientDynamicConfig,
  getServerCapabilities,
} from './wire/endpoints/server-endpoints.ts';
import { type ExtensionName, extensionNames } from './wire/extensions.ts';

/** Those of the official client. */
const defaultLimits = { chunkData: 1024, chunkBytes: 5_000_000, samples: 2000 };

/** Throws a TinkerError where nobody answers there, or somebody who does not speak the protocol. */
export async function askServer(
  connection: Connection,
  { url, profile }: { readonly url: string; readonly profile: ProfileKind | 'auto' },
): Promise<ServerFacts> {
  const config = await connection.call(clientConfig, { sdk_version: sdkVersion });
  if (config.pjwt_auth_enabled === true) {
    throw new TinkerError(
      'unsupported',
      `${connection.label} wants keys exchanged for short-lived tokens, which this client does not do yet; give it a token as the key`,
    );
  }
  const { supported_models: models } = await connection.call(getServerCapabilities, {});
  const dynamic = await dynamicConfig(connection);
  const announced = new Set(config.x_ext ?? []);
  const extensions = new Set(extensionNames.filter((name) => announced.has(name)));
  const kind = profile === 'auto' ? await kindOf(connection, url, announced.size > 0) : profile;
  return {
    profile: withExtensions(profiles[kind], extensions),
    extensions,
    cancels: extensions.has('cancel/1') || dynamic?.sample_cancel_enabled === true,
    limits: {
      chunkData: config.fwdbwd_max_chunk_len ?? defaultLimits.chunkData,
      chunkBytes: config.fwdbwd_max_chunk_bytes_count ?? defaultLimits.chunkBytes,
      samples: config.sample_max_concurrent_requests ?? defaultLimits.samples,
    },
    models: new Map(
      models.map(({ model_name, max_context_length }) => [model_name, max_context_length ?? undefined]),
    ),
  };
}

/** What the extensions add to a profile. */
function withExtensions(profile: ServerProfile, extensions: ReadonlySet<ExtensionName>): ServerProfile {
  return {
    ...profile,
    ...(extensions.has('temperature/1') ? { trainerTemperature: 'request' as const } : {}),
    ...(extensions.has('entropy/1') ? { entropyBonus: 'request' as const } : {}),
    ...(extensions.has('live/1') ? { live: 'inflight' as const } : {}),
  };
}

/** Servers before 0.26 have no such endpoint. */
async function dynamicConfig(connection: Connection) {
  try {
    return await connection.call(clientDynamicConfig, { sdk_version: sdkVersion });
  } catch (error) {
    if (error instanceof TinkerError && error.kind === 'rejected' && error.status !== 401) return undefined;
    throw error;
  }
}

async function kindOf(connection: Connection, url: string, hasExtensions: boolean): Promise<ProfileKind> {
  if (hasExtensions) return 'qed';
  if (/(?:^|\.)thinkingmachines\.(?:ai|dev)$/.test(new URL(url).hostname)) return 'hosted';
  // SkyRL's front page says so, whatever its backend; the self-test tells the backends apart.
  const { base } = connection.access;
  const up = '../'.repeat(new URL(base).pathname.split('/').length - 2);
  const front = await connection.send(up, { method: 'GET', retries: false });
  const text = new TextDecoder().decode(front.bytes.subarray(0, 10_000));
  if (front.status === 200 && /Tinker API Mock|skyrl/i.test(text)) return 'skyrl';
  if (front.status === 200 && /tuft/i.test(text)) return 'tuft';
  throw new TinkerError(
    'unsupported',
    `${connection.label} does not say what kind of server it is. Name it: engine.profile is qed, hosted, tuft, skyrl or skyrl-jax`,
  );
}
