// What a kernel that ptx.py made works with: its thread and block, and instructions that C has no sign for.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct Block Block;

typedef struct {
    Block *block;
    int index;         // in the block
    uint32_t tid[3];
    int done;
    unsigned exchanges; // with its warp, so far
} Thread;

struct Block {
    uint32_t id[3], dim[3], grid[3];
    char *shared;
    void (*yield)(Thread *); // lets the others go on
    // Of the block's barrier, and of each warp's: threads that are left, those that have arrived, and which time it is.
    int left, arrived;
    unsigned turn;
    int warp_left[32], warp_arrived[32];
    unsigned warp_turn[32];
    uint32_t exchanged[2][1024];
};

typedef struct {
    unsigned at, size; // bytes
} Parameter;

typedef struct {
    void (*body)(Thread *, char *parameters);
    int waits; // whether a thread may have to wait for others
    int n_parameters;
    const Parameter *parameters;
} Kernel;

// Opens the barriers that all who are left have reached.
static inline void open_barriers(Block *block, int warp) {
    if (block->left && block->arrived == block->left) {
        block->arrived = 0;
        block->turn++;
    }
    if (block->warp_left[warp] && block->warp_arrived[warp] == block->warp_left[warp]) {
        block->warp_arrived[warp] = 0;
        block->warp_turn[warp]++;
    }
}

static inline void wait_for_block(Thread *t) {
    unsigned turn = t->block->turn;
    t->block->arrived++;
    open_barriers(t->block, t->index / 32);
    while (t->block->turn == turn) t->block->yield(t);
}

static inline void wait_for_warp(Thread *t) {
    int warp = t->index / 32;
    unsigned turn = t->block->warp_turn[warp];
    t->block->warp_arrived[warp]++;
    open_barriers(t->block, warp);
    while (t->block->warp_turn[warp] == turn) t->block->yield(t);
}

// Shows `value` to the warp, and gives those of its 32 threads. The other half is for the next time, when some may still read.
static inline const uint32_t *exchange(Thread *t, uint32_t value) {
    uint32_t *half = t->block->exchanged[t->exchanges++ % 2];
    half[t->index] = value;
    wait_for_warp(t);
    return half + t->index / 32 * 32;
}

// ---- numbers

typedef __int128 s128;
typedef unsigned __int128 u128;

static inline float as_f32(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
static inline double as_f64(uint64_t bits) { double x; memcpy(&x, &bits, 8); return x; }
static inline uint32_t bits_f32(float x) { uint32_t bits; memcpy(&bits, &x, 4); return bits; }
static inline uint64_t bits_f64(double x) { uint64_t bits; memcpy(&bits, &x, 8); return bits; }

static inline float fma_f32(float a, float b, float c) { return fmaf(a, b, c); }
// Rounded down; the product of two floats is exact in a double.
static inline float fma_down_f32(float a, float b, float c) {
    double exact = (double)a * b + c;
    float near = (float)exact;
    return near > exact ? nextafterf(near, -INFINITY) : near;
}
static inline float saturate(float x) { return x > 0 ? (x < 1 ? x : 1) : 0; }
static inline float min_f32(float a, float b) { return fminf(a, b); }
static inline float max_f32(float a, float b) { return fmaxf(a, b); }
static inline float min_nan_f32(float a, float b) { return isnan(a) || isnan(b) ? NAN : fminf(a, b); }
static inline float max_nan_f32(float a, float b) { return isnan(a) || isnan(b) ? NAN : fmaxf(a, b); }
static inline float abs_f32(float x) { return fabsf(x); }
static inline float sqrt_f32(float x) { return sqrtf(x); }
static inline float rcp_f32(float x) { return 1 / x; }
static inline float ex2_f32(float x) { return exp2f(x); }
static inline uint32_t to_u32(double x) { return x > 0 ? (x < 4294967295.0 ? (uint32_t)x : UINT32_MAX) : 0; }
static inline int32_t to_s32(double x) {
    return isnan(x) ? 0 : x > 2147483647.0 ? INT32_MAX : x < -2147483648.0 ? INT32_MIN : (int32_t)x;
}
// To the 11 bits of TF32, halves away from zero.
static inline uint32_t to_tf32(float x) { return isnan(x) ? 0x7fffffff : (bits_f32(x) + 0x1000) & ~0x1fffu; }

static inline uint32_t bfe(uint32_t value, uint32_t from, uint32_t length) {
    from &= 255, length &= 255;
    if (from > 31 || !length) return 0;
    return value >> from & (length > 31 ? ~0u : (1u << length) - 1);
}
static inline uint32_t prmt(uint32_t low, uint32_t high, uint32_t selection) {
    uint64_t bytes = (uint64_t)high << 32 | low;
    uint32_t found = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t which = selection >> 4 * i, byte = bytes >> 8 * (which & 7) & 255;
        if (which & 8) byte = byte & 128 ? 255 : 0; // its sign alone
        found |= byte << 8 * i;
    }
    return found;
}

// ---- what a warp does together

// Matrices that a warp holds. Where each number lies is the hardware's own affair, so here number n of a matrix by
// rows is in register n / 32 of thread n % 32.
static inline void wmma_load(Thread *t, uint32_t *registers, const uint32_t *matrix, int n, int columns, size_t down, size_t right) {
    wait_for_warp(t);
    for (int i = 0; i < n; i++) {
        int at = i * 32 + t->index % 32;
        registers[i] = matrix[at / columns * down + at % columns * right];
    }
}
static inline void wmma_store(Thread *t, const uint32_t *registers, uint32_t *matrix, int n, int columns, size_t down, size_t right) {
    for (int i = 0; i < n; i++) {
        int at = i * 32 + t->index % 32;
        matrix[at / columns * down + at % columns * right] = registers[i];
    }
    wait_for_warp(t);
}
// found = left · right + sum, factors cut to the 11 bits of TF32. Tensor cores add up products in some order of their own;
// here all are added in a double and rounded once.
static inline void wmma(Thread *t, uint32_t *found, const uint32_t *left, const uint32_t *right, const uint32_t *sum, int m, int n, int k) {
    float a[32 * 16], b[32 * 16];
    for (int i = 0; i < m * k / 32; i++) {
        const uint32_t *values = exchange(t, left[i]);
        for (int lane = 0; lane < 32; lane++) a[i * 32 + lane] = as_f32(values[lane] & ~0x1fffu);
    }
    for (int i = 0; i < k * n / 32; i++) {
        const uint32_t *values = exchange(t, right[i]);
        for (int lane = 0; lane < 32; lane++) b[i * 32 + lane] = as_f32(values[lane] & ~0x1fffu);
    }
    for (int i = 0; i < m * n / 32; i++) {
        int at = i * 32 + t->index % 32;
        double total = as_f32(sum[i]);
        for (int j = 0; j < k; j++) total += (double)a[at / n * k + j] * b[j * n + at % n];
        found[i] = bits_f32(total);
    }
}
