/* Loaded before the C library: what is written to a file below $FAILING_DISK fails with EIO while $FAILING_DISK/.failing exists. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int fd)
{
    char link[64], name[PATH_MAX], sign[PATH_MAX];
    const char *folder = getenv("FAILING_DISK");
    ssize_t length;

    if (folder == NULL)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, name, sizeof name - 1);
    if (length <= 0)
        return 0;
    name[length] = '\0';
    if (strncmp(name, folder, strlen(folder)) != 0)
        return 0;
    snprintf(sign, sizeof sign, "%s/.failing", folder);
    if (access(sign, F_OK) != 0)
        return 0;
    errno = EIO;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return fails(fd) ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return fails(fd) ? -1 : REAL(fdatasync)(fd); }

ssize_t write(int fd, const void *bytes, size_t count) { return fails(fd) ? -1 : REAL(write)(fd, bytes, count); }

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return fails(fd) ? -1 : REAL(pwrite)(fd, bytes, count, at); }

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
    return fails(fd) ? -1 : REAL(pwrite64)(fd, bytes, count, at);
}
