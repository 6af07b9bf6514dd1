// A stand-in for NVIDIA's driver: as much of CUDA's driver interface as Burn calls, worked off by the processor.
//
// Device memory is the process's own, streams do their work at once, and a kernel's PTX becomes C (ptx.py) that is
// compiled, kept in `kernels` beside this library, and called for one thread of a block after the other. A thread that
// waits for others lets them go on. So training by CUDA can be watched where there is no card: what is worked out, not how soon.
//
// CUDA_STAND_IN_SM is the card's compute capability: 75, without tensor cores, or 80 to 90 with those for TF32.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

enum {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    INVALID_DEVICE = 101,
    INVALID_PTX = 218,
    NOT_FOUND = 500,
};

// ---- the card

static int capability(void) {
    const char *asked = getenv("CUDA_STAND_IN_SM");
    return asked ? atoi(asked) : 75;
}

int cuInit(unsigned flags) { return SUCCESS; }
int cuDriverGetVersion(int *version) { *version = 12080; return SUCCESS; }
int cuDeviceGetCount(int *count) { *count = 1; return SUCCESS; }
int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return ordinal ? INVALID_DEVICE : SUCCESS; }
int cuDeviceGetName(char *name, int length, int device) {
    // Burn tells cards of 7.5 that have no tensor cores by "GTX 16".
    snprintf(name, length, "stand-in for %s", capability() == 75 ? "a GTX 16" : "an NVIDIA card");
    return SUCCESS;
}
int cuDeviceGetPCIBusId(char *id, int length, int device) { snprintf(id, length, "0000:01:00.0"); return SUCCESS; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = (size_t)4 << 30; return SUCCESS; }
int cuMemGetInfo_v2(size_t *free, size_t *total) { *free = *total = (size_t)4 << 30; return SUCCESS; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    switch (attribute) {
    case 1: case 2: case 3: *value = 1024; break; // threads of a block, in all and by x and y
    case 4: *value = 64; break;                   // by z
    case 5: *value = INT_MAX; break;              // blocks by x
    case 6: case 7: *value = 65535; break;        // by y and z
    case 8: *value = 48 << 10; break;             // bytes of shared memory
    case 10: *value = 32; break;                  // threads of a warp
    case 16: *value = 8; break;                   // multiprocessors
    case 75: *value = capability() / 10; break;
    case 76: *value = capability() % 10; break;
    case 97: *value = 64 << 10; break;            // bytes of shared memory, where asked for
    case 115: *value = 1; break;                  // whether memory comes in pools
    default: *value = 0;
    }
    return SUCCESS;
}
int cuDevicePrimaryCtxRetain(void **context, int device) { *context = "context"; return SUCCESS; }
int cuDevicePrimaryCtxRelease_v2(int device) { return SUCCESS; }
int cuCtxSetCurrent(void *context) { return SUCCESS; }
int cuCtxGetCurrent(void **context) { *context = "context"; return SUCCESS; }
int cuCtxGetStreamPriorityRange(int *least, int *greatest) { *least = *greatest = 0; return SUCCESS; }
int cuGetErrorName(int error, const char **name) { *name = "error of the stand-in for a driver"; return SUCCESS; }
int cuGetErrorString(int error, const char **text) { return cuGetErrorName(error, text); }

// ---- streams and events: all is done when a call returns

int cuStreamCreate(void **stream, unsigned flags) { *stream = malloc(1); return SUCCESS; }
int cuStreamCreateWithPriority(void **stream, unsigned flags, int priority) { return cuStreamCreate(stream, flags); }
int cuStreamDestroy_v2(void *stream) { free(stream); return SUCCESS; }
int cuStreamSynchronize(void *stream) { return SUCCESS; }
int cuStreamWaitEvent(void *stream, void *event, unsigned flags) { return SUCCESS; }
int cuEventCreate(struct timespec **event, unsigned flags) { *event = calloc(1, sizeof **event); return SUCCESS; }
int cuEventDestroy_v2(void *event) { free(event); return SUCCESS; }
int cuEventRecord(struct timespec *event, void *stream) { clock_gettime(CLOCK_MONOTONIC, event); return SUCCESS; }
int cuEventSynchronize(void *event) { return SUCCESS; }
int cuEventElapsedTime_v2(float *milliseconds, struct timespec *from, struct timespec *to) {
    *milliseconds = (to->tv_sec - from->tv_sec) * 1e3 + (to->tv_nsec - from->tv_nsec) * 1e-6;
    return SUCCESS;
}
int cuEventElapsedTime(float *milliseconds, struct timespec *from, struct timespec *to) {
    return cuEventElapsedTime_v2(milliseconds, from, to);
}

// ---- memory

static int allocate(void **memory, size_t size) {
    *memory = aligned_alloc(512, (size + 511) / 512 * 512);
    if (!*memory) return OUT_OF_MEMORY;
    // What reads it before it is written gets no numbers.
    memset(*memory, 0xff, size);
    return SUCCESS;
}
int cuMemAlloc_v2(void **memory, size_t size) { return allocate(memory, size); }
int cuMemAllocAsync(void **memory, size_t size, void *stream) { return allocate(memory, size); }
int cuMemAllocHost_v2(void **memory, size_t size) { return allocate(memory, size); }
int cuMemFree_v2(void *memory) { free(memory); return SUCCESS; }
int cuMemFreeAsync(void *memory, void *stream) { free(memory); return SUCCESS; }
int cuMemFreeHost(void *memory) { free(memory); return SUCCESS; }
int cuMemcpyHtoDAsync_v2(void *to, const void *from, size_t size, void *stream) { memcpy(to, from, size); return SUCCESS; }
int cuMemcpyDtoHAsync_v2(void *to, const void *from, size_t size, void *stream) { memcpy(to, from, size); return SUCCESS; }
int cuMemcpyDtoDAsync_v2(void *to, const void *from, size_t size, void *stream) { memmove(to, from, size); return SUCCESS; }

typedef struct {
    size_t x, y;
    unsigned type; // 1 of the host, 2 of the device
    char *host, *device;
    void *array;
    size_t pitch;
} Side;
typedef struct {
    Side from, to;
    size_t width, height;
} Copy2D;
int cuMemcpy2DAsync_v2(const Copy2D *copy, void *stream) {
    const Side *from = &copy->from, *to = &copy->to;
    const char *source = from->type == 1 ? from->host : from->device;
    char *target = to->type == 1 ? to->host : to->device;
    for (size_t row = 0; row < copy->height; row++)
        memcpy(target + (row + to->y) * to->pitch + to->x, source + (row + from->y) * from->pitch + from->x, copy->width);
    return SUCCESS;
}

// ---- kernels

static int failed(int error, const char *what, const char *which) {
    fprintf(stderr, "stand-in for CUDA's driver: %s: %s\n", what, which);
    return error;
}

// Compiled once for each text of PTX, by a hash of it.
int cuModuleLoadData(void **module, const char *ptx) {
    uint64_t hash = 14695981039346656037u;
    for (const char *at = ptx; *at; at++) hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    Dl_info own;
    dladdr((void *)cuInit, &own);
    char folder[PATH_MAX], path[PATH_MAX + 32], command[4 * PATH_MAX];
    snprintf(folder, sizeof folder, "%.*skernels", (int)(strrchr(own.dli_fname, '/') - own.dli_fname + 1), own.dli_fname);
    mkdir(folder, 0755);
    snprintf(path, sizeof path, "%s/%016lx.so", folder, hash);
    if (access(path, R_OK)) {
        snprintf(command, sizeof command, "'%s/kernel.sh' '%s' >&2", SOURCE, path);
        FILE *compiler = popen(command, "w");
        if (!compiler || fputs(ptx, compiler) < 0 || pclose(compiler)) return failed(INVALID_PTX, "can't make", path);
    }
    *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return *module ? SUCCESS : failed(INVALID_PTX, "can't load", dlerror());
}
int cuModuleGetFunction(const Kernel **kernel, void *module, const char *name) {
    char symbol[4096];
    snprintf(symbol, sizeof symbol, "kernel_%s", name);
    *kernel = dlsym(module, symbol);
    return *kernel ? SUCCESS : failed(NOT_FOUND, "no kernel", name);
}
int cuFuncSetAttribute(const Kernel *kernel, int attribute, int value) { return SUCCESS; }

// Threads that may wait for others have a stack each, and are gone on with in turns.
#define THREADS 1024
#define STACK (64 << 10)

// Keeps the registers on this stack, and `*from` where that is; goes on with `to`.
void switch_stack(void **from, void *to);
__asm__(
    ".globl switch_stack\n"
    "switch_stack:\n"
    " push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
    " mov %rsp, (%rdi)\n"
    " mov %rsi, %rsp\n"
    " pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n"
    " ret\n");

typedef struct {
    Block block;
    Thread threads[THREADS];
    void *stacks, *at[THREADS], *home;
    const Kernel *kernel;
    char *parameters;
    int current;
} Run;
static __thread Run *run;

static void yield(Thread *thread) { switch_stack(&run->at[thread->index], run->home); }
static void begin(void) {
    Thread *thread = &run->threads[run->current];
    run->kernel->body(thread, run->parameters);
    thread->done = 1;
    yield(thread);
}

static void run_block(Run *run, int threads) {
    Block *block = &run->block;
    if (!run->kernel->waits) {
        for (int i = 0; i < threads; i++) run->kernel->body(&run->threads[i], run->parameters);
        return;
    }
    for (int i = 0; i < threads; i++) {
        // As if `begin` had been called from nowhere and had switched away at once.
        void **top = (void **)((char *)run->stacks + (size_t)(i + 1) * STACK - 64);
        *--top = NULL;
        *--top = begin;
        for (int saved = 0; saved < 6; saved++) *--top = NULL;
        run->at[i] = top;
    }
    while (block->left)
        for (int i = 0; i < threads; i++) {
            Thread *thread = &run->threads[i];
            if (thread->done) continue;
            run->current = i;
            switch_stack(&run->home, run->at[i]);
            if (thread->done) {
                block->left--;
                block->warp_left[i / 32]--;
                open_barriers(block, i / 32);
            }
        }
}

int cuLaunchKernel(const Kernel *kernel, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned x, unsigned y, unsigned z,
                   unsigned shared, void *stream, void **arguments, void **extra) {
    unsigned threads = x * y * z;
    char parameters[4096] __attribute__((aligned(64)));
    if (threads > THREADS) return INVALID_VALUE;
    for (int i = 0; i < kernel->n_parameters; i++) {
        Parameter own = kernel->parameters[i];
        if (own.at + own.size > sizeof parameters) return INVALID_VALUE;
        memcpy(parameters + own.at, arguments[i], own.size);
    }
    if (!run) {
        run = calloc(1, sizeof *run);
        run->stacks = malloc((size_t)THREADS * STACK);
    }
    char *memory = aligned_alloc(1024, shared / 1024 * 1024 + 1024);
    run->kernel = kernel;
    run->parameters = parameters;
    for (unsigned k = 0; k < grid_z; k++)
        for (unsigned j = 0; j < grid_y; j++)
            for (unsigned i = 0; i < grid_x; i++) {
                Block *block = &run->block;
                *block = (Block){.id = {i, j, k}, .dim = {x, y, z}, .grid = {grid_x, grid_y, grid_z}, .shared = memory, .yield = yield, .left = threads};
                for (unsigned at = 0; at < threads; at++) {
                    run->threads[at] = (Thread){.block = block, .index = at, .tid = {at % x, at / x % y, at / (x * y)}};
                    block->warp_left[at / 32]++;
                }
                run_block(run, threads);
            }
    free(memory);
    return SUCCESS;
}
