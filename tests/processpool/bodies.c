/* SPDX-License-Identifier: MIT */
/* Task functions for the tests of the process pool: good ones, and all kinds of bad ones. */
#include <execz/function.h>

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

EXECZ_MODULE("pool_bodies", "1.0.0");

static int64_t calls;       /* in this process */
static int64_t initialized; /* by the initializer */

EXECZ_FUNCTION(nothing, "Does nothing")
{
    (void)call;
    return EXECZ_OK;
}

EXECZ_FUNCTION(echo, "Returns its arguments")
{
    uint64_t length;
    const char *args = execz_args(call, &length);

    return execz_return_json(call, args, length);
}

EXECZ_FUNCTION(fail, "Fails")
{
    return execz_fail(call, "it was asked to");
}

EXECZ_FUNCTION(process, "Returns its process, and how often it was called in it")
{
    return execz_return(call, "[%d, %" PRId64 "]", (int)getpid(), ++calls);
}

EXECZ_FUNCTION(facts, "Returns the facts of its run")
{
    return execz_return(call, "[\"%s\", \"%s\", %" PRIu32 ", %d]", call->task, call->executor,
                        call->attempt, call->deadline != EXECZ_TIME_NEVER);
}

/* Some need a moment to be effective. */
static void
wait_for_end(void)
{
    for (;;) {
        (void)pause();
    }
}

EXECZ_FUNCTION(crash, "Ends its process, or stops it")
{
    const char *how = execz_arg_string(call, "how", "segv");

    if (strcmp(how, "segv") == 0) {
        volatile char *forbidden = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        (void)sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        *forbidden = 1;
    } else if (strcmp(how, "abrt") == 0) {
        abort();
    } else if (strcmp(how, "exit") == 0) {
        _exit((int)execz_arg_int(call, "status", 0));
    } else if (strcmp(how, "thread") == 0) {
        pthread_exit(NULL);
    } else if (strcmp(how, "thread by system call") == 0) {
        (void)syscall(SYS_exit, 0);
    } else if (strcmp(how, "stop") == 0) {
        (void)kill(getpid(), SIGSTOP);
    } else {
        (void)kill(getpid(), SIGKILL);
    }
    wait_for_end();
    return EXECZ_OK;
}

EXECZ_FUNCTION(close_all, "Closes descriptors that are not its own")
{
    (void)call;
    for (int fd = 3; fd < 100; fd++) {
        (void)close(fd);
    }
    return EXECZ_OK;
}

EXECZ_FUNCTION(keep_all, "Opens descriptors until there are no more, and keeps them")
{
    (void)call;
    while (dup(0) >= 0) {
    }
    return EXECZ_OK;
}

EXECZ_FUNCTION(sleep, "Sleeps so many milliseconds, as long as it may")
{
    int32_t result = execz_sleep(call, execz_arg_int(call, "ms", 1000) * EXECZ_MILLISECOND);

    return result < 0 ? execz_fail(call, "woken by %d", (int)result) : EXECZ_OK;
}

EXECZ_FUNCTION(deaf, "Logs that it begins, and sleeps so many milliseconds, whatever it is told")
{
    int64_t left = execz_arg_int(call, "ms", 60000);

    execz_log(call, EXECZ_LOG_WARNING, "deaf from now on");
    for (; left > 0; left -= 5) {
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    return EXECZ_OK;
}

EXECZ_FUNCTION(spin, "Uses the processor for so many milliseconds")
{
    clock_t end = clock() + execz_arg_int(call, "ms", 1000) * (CLOCKS_PER_SEC / 1000);

    while (clock() < end) {
    }
    return EXECZ_OK;
}

EXECZ_FUNCTION(blob, "Returns a text of so many bytes")
{
    size_t length = (size_t)execz_arg_int(call, "length", 2);
    char *text = malloc(length + 1);
    execz_status status;

    memset(text, 'x', length);
    text[0] = text[length - 1] = '"';
    status = execz_return_json(call, text, length);
    free(text);
    return status;
}

EXECZ_FUNCTION(length, "Returns how many bytes of arguments it has, and a sum of them")
{
    uint64_t sum = 0, word = 0, length;
    const char *args = execz_args(call, &length);

    for (uint64_t i = 0; i < length; i += sizeof word) {
        memcpy(&word, args + i, length - i < sizeof word ? length - i : sizeof word);
        sum = sum * 31 + word;
    }
    return execz_return(call, "[%" PRIu64 ", %" PRIu64 "]", length, sum % UINT64_C(1000000007));
}

static int64_t
soft_limit(int which)
{
    struct rlimit limits;

    (void)getrlimit((__rlimit_resource_t)which, &limits);
    return limits.rlim_cur == RLIM_INFINITY ? -1 : (int64_t)limits.rlim_cur;
}

EXECZ_FUNCTION(limits, "Returns limits of its process: as, core, nofile, nice")
{
    return execz_return(call, "[%" PRId64 ", %" PRId64 ", %" PRId64 ", %d]", soft_limit(RLIMIT_AS),
                        soft_limit(RLIMIT_CORE), soft_limit(RLIMIT_NOFILE),
                        getpriority(PRIO_PROCESS, 0));
}

EXECZ_FUNCTION(reserve, "Takes so many MiB of address space")
{
    size_t length = (size_t)execz_arg_int(call, "mib", 1) << 20;
    void *memory =
        mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED) {
        return execz_fail(call, "no address space");
    }
    (void)munmap(memory, length);
    return EXECZ_OK;
}

EXECZ_FUNCTION(descriptors, "Returns how many descriptors from 3 on are open")
{
    int n = 0;

    for (int fd = 3; fd < 256; fd++) {
        n += fcntl(fd, F_GETFD) >= 0;
    }
    return execz_return(call, "%d", n);
}

EXECZ_FUNCTION(go_away, "Changes what commands inherit")
{
    if (chdir("/") != 0 || setenv("POOL_TEST_LEFT", "yes", 1) != 0 || unsetenv("PATH") != 0) {
        return execz_fail(call, "it cannot go");
    }
    (void)umask(0777);
    (void)sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    return EXECZ_OK;
}

EXECZ_FUNCTION(is_away, "Fails unless go_away() is still in force")
{
    struct sigaction child;
    char directory[8] = "";
    int there = getcwd(directory, sizeof directory) != NULL && strcmp(directory, "/") == 0;

    there = there && sigaction(SIGCHLD, NULL, &child) == 0 && child.sa_handler == SIG_IGN;
    there = there && getenv("POOL_TEST_LEFT") != NULL && umask(0777) == 0777;
    return there ? EXECZ_OK : execz_fail(call, "something was changed back");
}

EXECZ_FUNCTION(initialize, "An initializer")
{
    (void)call;
    initialized++;
    return EXECZ_OK;
}

EXECZ_FUNCTION(end_thread, "An initializer that ends its thread")
{
    (void)call;
    pthread_exit(NULL);
}

EXECZ_FUNCTION(end_unseen, "Ends its thread the first time, while the zygote is stopped")
{
    const char *path = getenv("POOL_TEST_FILE");

    (void)call;
    if (access(path, F_OK) != 0) {
        (void)fclose(fopen(path, "w"));
        (void)kill(getppid(), SIGSTOP);
        pthread_exit(NULL);
    }
    return EXECZ_OK;
}

EXECZ_FUNCTION(initialized, "Returns how often the initializer was called")
{
    return execz_return(call, "%" PRId64, initialized);
}

EXECZ_FUNCTION(refuse, "An initializer that fails unless a file is there")
{
    const char *path = getenv("POOL_TEST_FILE");

    return path != NULL && access(path, F_OK) == 0 ? EXECZ_OK
                                                   : execz_fail(call, "the file is not there");
}

EXECZ_FUNCTION(sign, "An initializer that writes the name of its process into a file")
{
    FILE *file = fopen(getenv("POOL_TEST_FILE"), "a");
    char name[16] = "";

    (void)prctl(PR_GET_NAME, name);
    if (file == NULL || fprintf(file, "%s\n", name) < 0 || fclose(file) != 0) {
        return execz_fail(call, "the file cannot be written");
    }
    initialized++;
    return EXECZ_OK;
}

EXECZ_FUNCTION(say, "Logs a line")
{
    execz_log(call, EXECZ_LOG_WARNING, execz_arg_string(call, "what", "hello"));
    return EXECZ_OK;
}

/* The ring, as a wild pointer would find it: shared, writable, called execz-worker. */
static void
scribble_shared(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t start, end;

        if (strstr(line, "memfd:execz-worker") != NULL &&
            sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2) {
            memset((void *)start, 0xa5, end - start);
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
}

EXECZ_FUNCTION(scribble, "Writes over what it shares with the host")
{
    (void)call;
    scribble_shared();
    return EXECZ_OK;
}
