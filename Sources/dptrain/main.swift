import Foundation
import Kernels
import NeuralNetwork
func now() -> Double { var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec) + 1e-9 * Double(t.tv_nsec) }
let lanes = Int(CommandLine.arguments[1])!
let arch = Architecture(rawValue: CommandLine.arguments[2])!
let net = Network(arch)
net.initialize(seed: 1)
let mb = Microbatch(net, lanes: lanes)
let g = AlignedBuffer(count: net.layout.count)
for i in 0..<3 * mb.imageStride { mb.images[i] = Float((i * 7919) % 1000) / 500 - 1 }
for i in 0..<lanes { mb.labels[i] = Int32(i % 10) }
var fs: [Double] = [], bs: [Double] = []
for _ in 0..<7 { let a = now(); mb.forward(training: true); let b = now(); mb.backward(into: g, adding: false); let c = now(); fs.append(b-a); bs.append(c-b) }
fs.sort(); bs.sort()
print("loss", mb.losses.reduce(0,+)/Float(lanes), "forward ms", fs[3]*1e3, "backward ms", bs[3]*1e3, "img/s/core", Double(lanes)/(fs[3]+bs[3]))
let macs = net.graph.convolutions.map { $0.shape.multiplyAdds }.reduce(0,+)
print("macs", macs, "padded", net.graph.convolutions.map { $0.shape.paddedMultiplyAdds }.reduce(0,+), "gflops", Double(macs*6*lanes)/(fs[3]+bs[3])*1e-9, "live", net.layout.liveCount, "params", net.layout.parameterCount)
