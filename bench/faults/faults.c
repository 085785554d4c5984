/* Faults of a disk, put under a program by LD_PRELOAD: it stands between the program and the calls that write and sync
 * the files of one folder (FAULT_UNDER). By its environment, or by fault_arm() in a process that was forked,
 *   FAULT_KILL_AT=n    the process kills itself before its n-th such call,
 *   FAULT_ROOM=bytes   the disk is full once files have grown by so many bytes,
 *   FAULT_READ_ONLY=1  nothing may be opened for writing, made or removed,
 *   FAULT_RECORD=file, fault_record(file)
 *                      every call is written down, with what the program says on its standard output, for a replay
 *                      that forgets what was not synced (bench/faults/power_cut.py).
 * What SQLite keeps in shared memory (-shm) is made anew after a crash; it is passed over. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 4096

static char under[PATH_MAX];
static size_t under_length;
static int armed = -1, record = -1, read_only;
static long kill_at, calls, room = -1;
static unsigned char kept[MOST];          /* 1: a file of the folder, 2: the folder or one in it */

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : otherwise;
}

static void start(void) {
    if (armed >= 0) return;
    const char *folder = getenv("FAULT_UNDER");
    armed = folder != NULL;
    if (!armed) return;
    under_length = strlen(folder);
    if (under_length >= sizeof under) abort();
    strcpy(under, folder);
    kill_at = number("FAULT_KILL_AT", 0);
    room = number("FAULT_ROOM", -1);
    read_only = number("FAULT_READ_ONLY", 0) != 0;
    const char *log = getenv("FAULT_RECORD");
    if (log) record = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CLOEXEC);
}

/* From now on, what this process does is written down there. */
void fault_record(const char *log) {
    start();
    record = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* From now on in this process; counting begins anew. */
void fault_arm(long kill_before, long room_left, int may_not_write) {
    start();
    kill_at = kill_before;
    room = room_left;
    read_only = may_not_write;
    calls = 0;
}

long fault_calls(void) { return calls; }

static int of_ours(const char *path) {
    size_t length = strlen(path);
    if (!armed || strncmp(path, under, under_length) || (path[under_length] && path[under_length] != '/')) return 0;
    return length < 4 || strcmp(path + length - 4, "-shm");
}

/* With the working folder before it, if the name does not begin at the root: PostgreSQL works in its own folder. */
static const char *whole(const char *path, char *room_for_it) {
    if (path[0] == '/' || !getcwd(room_for_it, PATH_MAX)) return path;
    size_t length = strlen(room_for_it);
    if (length + strlen(path) + 2 > PATH_MAX) return path;
    room_for_it[length] = '/';
    strcpy(room_for_it + length + 1, path);
    return room_for_it;
}

static void count(void) {
    calls++;
    if (kill_at && calls >= kill_at) kill(getpid(), SIGKILL);
}

/* One record: kind, inode, offset, lengths of the name, the other name and the data, then these. */
static void note(char kind, uint64_t inode, uint64_t offset, const char *name, const char *other, const void *data,
                 uint32_t length) {
    if (record < 0) return;
    uint32_t names[2] = {name ? strlen(name) : 0, other ? strlen(other) : 0};
    size_t size = 1 + 8 + 8 + 12 + names[0] + names[1] + length;
    char *line = malloc(size), *at = line;
    if (!line) abort();
    *at++ = kind;
    memcpy(at, &inode, 8); at += 8;
    memcpy(at, &offset, 8); at += 8;
    memcpy(at, names, 8); at += 8;
    memcpy(at, &length, 4); at += 4;
    if (name) { memcpy(at, name, names[0]); at += names[0]; }
    if (other) { memcpy(at, other, names[1]); at += names[1]; }
    if (length) memcpy(at, data, length);
    if (syscall(SYS_write, record, line, size) != (long)size) abort();
    free(line);
}

static uint64_t inode_of(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : found.st_ino;
}

static int is_kept(int fd) { return armed > 0 && fd >= 0 && fd < MOST ? kept[fd] : 0; }

static int opened(const char *path, int flags, mode_t mode) {
    start();
    char full[PATH_MAX];
    const char *named = whole(path, full);
    int ours = of_ours(named), writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC));
    struct stat before;
    int was = ours && !stat(path, &before);
    if (ours && read_only && writes && (!was || !S_ISDIR(before.st_mode))) { errno = EROFS; return -1; }
    int fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd < 0 || fd >= MOST) return fd;
    kept[fd] = 0;
    if (!ours) return fd;
    struct stat now;
    fstat(fd, &now);
    kept[fd] = S_ISDIR(now.st_mode) ? 2 : 1;
    if (!was) note('C', now.st_ino, 0, named + under_length, NULL, NULL, 0);
    else if (flags & O_TRUNC) note('T', now.st_ino, 0, NULL, NULL, NULL, 0);
    return fd;
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
    return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
    return opened(path, flags | O_LARGEFILE, mode);
}

int close(int fd) {
    if (fd >= 0 && fd < MOST) kept[fd] = 0;
    return syscall(SYS_close, fd);
}

/* How many of the bytes there is room for; what lies in the file already needs none. */
static ssize_t room_for(int fd, off_t offset, size_t length) {
    struct stat now;
    if (room < 0 || fstat(fd, &now)) return length;
    long grown = offset + (long)length - now.st_size;
    if (grown <= 0) return length;
    if (grown <= room) { room -= grown; return length; }
    long fits = (long)length - grown + room;
    if (fits > 0) { room = 0; return fits; }
    errno = ENOSPC;
    return -1;
}

static ssize_t written(int fd, const void *data, size_t length, off_t offset, int at_place) {
    off_t at = at_place ? offset : lseek(fd, 0, SEEK_CUR);
    count();
    ssize_t fits = room_for(fd, at, length);
    if (fits < 0) return -1;
    ssize_t done = at_place ? syscall(SYS_pwrite64, fd, data, fits, offset) : syscall(SYS_write, fd, data, fits);
    if (done > 0) note('W', inode_of(fd), at, NULL, NULL, data, done);
    return done;
}

ssize_t write(int fd, const void *data, size_t length) {
    start();
    if (is_kept(fd) == 1) return written(fd, data, length, 0, 0);
    if (fd == 1) note('A', 0, 0, NULL, NULL, data, length);
    return syscall(SYS_write, fd, data, length);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    start();
    return is_kept(fd) == 1 ? written(fd, data, length, offset, 1) : syscall(SYS_pwrite64, fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    ssize_t done = 0;
    for (int i = 0; i < count; i++) {
        ssize_t part = pwrite(fd, parts[i].iov_base, parts[i].iov_len, offset + done);
        if (part < 0) return done ? done : part;
        done += part;
        if ((size_t)part < parts[i].iov_len) break;
    }
    return done;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
    return pwritev(fd, parts, count, offset);
}

int ftruncate(int fd, off_t length) {
    start();
    if (is_kept(fd) == 1) { count(); note('T', inode_of(fd), length, NULL, NULL, NULL, 0); }
    return syscall(SYS_ftruncate, fd, length);
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

static void synced(int fd) {
    start();
    if (!is_kept(fd)) return;
    count();
    note(is_kept(fd) == 2 ? 'D' : 'S', inode_of(fd), 0, NULL, NULL, NULL, 0);
}

/* Noted once it is done: only then may anybody rely on it. */
int fsync(int fd) { int done = syscall(SYS_fsync, fd); if (!done) synced(fd); return done; }
int fdatasync(int fd) { int done = syscall(SYS_fdatasync, fd); if (!done) synced(fd); return done; }

int unlink(const char *path) {
    start();
    char full[PATH_MAX];
    const char *named = whole(path, full);
    if (!of_ours(named)) return syscall(SYS_unlink, path);
    if (read_only) { errno = EROFS; return -1; }
    count();
    int done = syscall(SYS_unlink, path);
    if (!done) note('U', 0, 0, named + under_length, NULL, NULL, 0);
    return done;
}

int rename(const char *from, const char *to) {
    start();
    char full[PATH_MAX], other[PATH_MAX];
    const char *named = whole(from, full), *new_name = whole(to, other);
    if (!of_ours(named)) return syscall(SYS_rename, from, to);
    count();
    int done = syscall(SYS_rename, from, to);
    if (!done) note('R', 0, 0, named + under_length, new_name + under_length, NULL, 0);
    return done;
}

int link(const char *from, const char *to) {
    start();
    char full[PATH_MAX], other[PATH_MAX];
    const char *named = whole(from, full), *new_name = whole(to, other);
    if (!of_ours(named)) return syscall(SYS_link, from, to);
    count();
    int done = syscall(SYS_link, from, to);
    if (!done) note('L', 0, 0, named + under_length, new_name + under_length, NULL, 0);
    return done;
}

int statvfs(const char *path, struct statvfs *found) {
    start();
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
    if (fd < 0) return -1;
    int done = fstatvfs(fd, found);
    syscall(SYS_close, fd);
    if (!done && read_only && of_ours(path)) found->f_flag |= ST_RDONLY;
    return done;
}

int statvfs64(const char *path, struct statvfs64 *found) { return statvfs(path, (struct statvfs *)found); }
