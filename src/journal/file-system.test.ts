import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { NetworkFileSystemError } from './errors.ts';
import { classify, detectFileSystem, nameOf, parseMacMounts, parseMountInfo } from './file-system.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import { openJournal } from './open-journal.ts';

const mountInfo = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw - nfs4 server:/home rw,vers=4.2
31 22 0:41 / /mnt/my\\040disk rw master:2 - fuse.sshfs me@host: rw
32 22 0:42 / /mnt/c rw - 9p drvfs rw
33 22 0:43 / /stacked rw - nfs server:/x rw
34 22 0:44 / /stacked rw - xfs /dev/sdb rw
`;

test('the mount that holds a path is the longest one above it, and the last of equals', () => {
  const mounts = parseMountInfo(mountInfo);
  const kindOf = (path: string): string => classify(nameOf(path, mounts)).kind;
  assert.equal(nameOf('/home/ada/runs', mounts), 'nfs4');
  assert.equal(nameOf('/homework', mounts), 'ext4');
  assert.equal(nameOf('/stacked/run', mounts), 'xfs');
  assert.deepEqual(['/home/ada', '/mnt/my disk/run', '/mnt/c/run', '/var/run', '/stacked'].map(kindOf), [
    'network',
    'network',
    'doubtful',
    'local',
    'local',
  ]);
});

test('macOS mounts are read', () => {
  const mounts = parseMacMounts(
    '/dev/disk3s1 on / (apfs, sealed, local)\n//ada@host/share on /Volumes/my share (smbfs, nodev)\n',
  );
  assert.equal(nameOf('/Volumes/my share/run', mounts), 'smbfs');
  assert.equal(nameOf('/Users/ada', mounts), 'apfs');
});

test('the file system of a directory that is yet to be made is that of its parent', (t) => {
  const directory = temporaryDirectory(t);
  assert.deepEqual(detectFileSystem(join(directory, 'a', 'b')), detectFileSystem(directory));
  assert.notEqual(detectFileSystem(directory).name, 'unknown');
});

test('a network file system is refused before anything is written, a doubtful one is warned about', async (t) => {
  const directory = temporaryDirectory(t);
  const run = join(directory, 'run');
  await assert.rejects(
    openJournal(run, { detectFileSystem: () => classify('nfs4') }),
    (error) =>
      error instanceof NetworkFileSystemError &&
      error.fileSystem === 'nfs4' &&
      /local disk \(--run DIR\)/.test(error.message),
  );
  const warnings: string[] = [];
  const journal = await openJournal(run, {
    detectFileSystem: () => classify('9p'),
    onWarning: (message) => warnings.push(message),
  });
  await journal.close();
  assert.match(warnings.join(), /is on 9p/);
});
