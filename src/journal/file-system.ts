/**
 * On which file system a directory lies, and whether a journal can be trusted to it. SQLite's write-ahead log
 * needs locks and shared memory that work between processes; network file systems promise them and do not keep
 * the promise. Linux: by the mount's name (magic numbers cannot tell sshfs from a local FUSE mount). macOS: by
 * the output of `mount`. Windows: a UNC path, which mapped drives resolve to.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** `network` is refused, `doubtful` is warned about. */
export interface FileSystem {
  readonly name: string;
  readonly kind: 'local' | 'network' | 'doubtful';
}

export type DetectFileSystem = (directory: string) => FileSystem;

const network = new Set([
  ...['nfs', 'nfs4', 'cifs', 'smb', 'smb2', 'smb3', 'smbfs', 'ncpfs', 'afs', 'afpfs', 'webdav', 'davfs'],
  ...[
    'ceph',
    'lustre',
    'gpfs',
    'beegfs',
    'glusterfs',
    'pvfs2',
    'orangefs',
    'coda',
    'ocfs2',
    'gfs2',
    'acfs',
    'wekafs',
  ],
  ...[
    'fuse.sshfs',
    'fuse.glusterfs',
    'fuse.ceph',
    'fuse.ceph-fuse',
    'fuse.cephfs',
    'fuse.s3fs',
    'fuse.rclone',
  ],
  ...[
    'fuse.gcsfuse',
    'fuse.goofys',
    'fuse.blobfuse',
    'fuse.blobfuse2',
    'fuse.juicefs',
    'fuse.mount-s3',
    'fuse.davfs',
  ],
  ...[
    'fuse.davfs2',
    'fuse.curlftpfs',
    'fuse.smbnetfs',
    'fuse.seaweedfs',
    'fuse.alluxio-fuse',
    'fuse.s3backer',
  ],
  ...['fuse.moosefs', 'fuse.mfs', 'macfuse.sshfs', 'osxfuse.sshfs'],
]);
/** Shared with a host or another system through a layer that may be local: whether locks work depends. */
const doubtful = new Set([
  '9p',
  'virtiofs',
  'vboxsf',
  'prl_fs',
  'vmhgfs',
  'fuse.vmhgfs-fuse',
  'drvfs',
  'fuse.grpcfuse',
]);

/** The file system of `directory`, or of its nearest parent that exists. */
export function detectFileSystem(directory: string): FileSystem {
  let existing = resolve(directory);
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const path = realpathSync.native(existing);
  if (process.platform === 'win32') return classify(path.startsWith('\\\\') ? 'smb' : 'ntfs');
  if (process.platform === 'darwin') {
    const mounts = parseMacMounts(execFileSync('/sbin/mount', { encoding: 'utf8' }));
    return classify(nameOf(path, mounts));
  }
  const table = '/proc/self/mountinfo';
  if (!existsSync(table)) return classify('unknown');
  return classify(nameOf(path, parseMountInfo(readFileSync(table, 'utf8'))));
}

export function classify(name: string): FileSystem {
  if (network.has(name)) return { name, kind: 'network' };
  return { name, kind: doubtful.has(name) ? 'doubtful' : 'local' };
}

export interface Mount {
  readonly point: string;
  readonly name: string;
}

/** The mount that holds `path`: the longest mount point above it; of equal ones the last, which covers the others. */
export function nameOf(path: string, mounts: readonly Mount[]): string {
  let best: Mount = { point: '', name: 'unknown' };
  for (const mount of mounts) {
    const below = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`);
    if (below && mount.point.length >= best.point.length) best = mount;
  }
  return best.name;
}

/** proc_pid_mountinfo(5): the mount point is the fifth field, the type the first after the lone hyphen. */
export function parseMountInfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ');
    const point = left?.split(' ')[4];
    const name = right?.split(' ')[0];
    if (point === undefined || name === undefined) return [];
    const octal = (_: string, digits: string): string => String.fromCharCode(Number.parseInt(digits, 8));
    return [{ point: point.replace(/\\([0-7]{3})/g, octal), name }];
  });
}

/** Lines such as `//user@host/share on /Volumes/share (smbfs, nodev, nosuid)`. */
export function parseMacMounts(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    const match = / on (\/.*) \(([^,)]+)/.exec(line);
    return match?.[1] === undefined || match[2] === undefined ? [] : [{ point: match[1], name: match[2] }];
  });
}
