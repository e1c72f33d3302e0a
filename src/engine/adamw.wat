;; AdamW in one pass over flat arrays of float32: parameters, first moment, second moment, average, gradient and decay lie one
;; behind the other from the memory's begin, each of `bytes` bytes, a multiple of 16. adamw.ts has the formulas.
;; adamwKernel.ts is this, compiled: node scripts/kernel.mjs
(module
  (import "kernel" "memory" (memory 1))

  ;; Sum of the gradient's squares in double precision: of every second value in each of two sums.
  (func (export "sumOfSquares") (param $bytes i32) (result f64)
    (local $at i32) (local $end i32) (local $sum v128) (local $x v128)
    (local.set $at (i32.mul (local.get $bytes) (i32.const 4)))
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at))))
      (local.set $sum (f64x2.add (local.get $sum) (f64x2.mul (local.get $x) (local.get $x))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br $next)))
    (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum))))

  (func (export "step")
    (param $bytes i32)
    (param $factor f32)  ;; of the gradient: clipping times 1 - b1
    (param $b1 f32) (param $b2 f32)
    (param $square f32)  ;; (1 - b2) / (1 - b1)^2
    (param $small f32)   ;; epsilon / sqrt(c2)
    (param $size f32)    ;; rate c1 / sqrt(c2)
    (param $decayed f32) ;; rate weightDecay
    (param $follow f32)  ;; 1 - keep
    (local $at i32) (local $m i32) (local $v i32) (local $average i32) (local $g i32) (local $decay i32)
    (local $g1 v128) (local $m1 v128) (local $v1 v128) (local $theta1 v128) (local $average1 v128)
    (local.set $m (local.get $bytes))
    (local.set $v (i32.add (local.get $m) (local.get $bytes)))
    (local.set $average (i32.add (local.get $v) (local.get $bytes)))
    (local.set $g (i32.add (local.get $average) (local.get $bytes)))
    (local.set $decay (i32.add (local.get $g) (local.get $bytes)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $bytes)))
      ;; g1 = (1 - b1) g, clipped
      (local.set $g1 (f32x4.mul (v128.load (i32.add (local.get $g) (local.get $at))) (f32x4.splat (local.get $factor))))
      ;; m <- b1 m + g1
      (local.set $m1 (f32x4.add
        (f32x4.mul (v128.load (i32.add (local.get $m) (local.get $at))) (f32x4.splat (local.get $b1)))
        (local.get $g1)))
      ;; v <- b2 v + (1 - b2) g^2
      (local.set $v1 (f32x4.add
        (f32x4.mul (v128.load (i32.add (local.get $v) (local.get $at))) (f32x4.splat (local.get $b2)))
        (f32x4.mul (f32x4.mul (local.get $g1) (local.get $g1)) (f32x4.splat (local.get $square)))))
      ;; theta <- theta (1 - decayed decay) - size m / (sqrt(v) + small)
      (local.set $theta1 (f32x4.sub
        (f32x4.mul (v128.load (local.get $at)) (f32x4.sub
          (f32x4.splat (f32.const 1))
          (f32x4.mul (v128.load (i32.add (local.get $decay) (local.get $at))) (f32x4.splat (local.get $decayed)))))
        (f32x4.mul
          (f32x4.div (local.get $m1) (f32x4.add (f32x4.sqrt (local.get $v1)) (f32x4.splat (local.get $small))))
          (f32x4.splat (local.get $size)))))
      ;; average <- average + follow (theta - average)
      (local.set $average1 (v128.load (i32.add (local.get $average) (local.get $at))))
      (v128.store (i32.add (local.get $m) (local.get $at)) (local.get $m1))
      (v128.store (i32.add (local.get $v) (local.get $at)) (local.get $v1))
      (v128.store (local.get $at) (local.get $theta1))
      (v128.store (i32.add (local.get $average) (local.get $at)) (f32x4.add
        (local.get $average1)
        (f32x4.mul (f32x4.sub (local.get $theta1) (local.get $average1)) (f32x4.splat (local.get $follow)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $next)))))
