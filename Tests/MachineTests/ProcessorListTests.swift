import Kernels
import Machine
import Testing

@Suite struct ProcessorListTests {
  @Test(
    "Linux's lists are read and written",
    arguments: [("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-1,8,10-11\n", [0, 1, 8, 10, 11])])
  func lists(text: String, indices: [Int]) throws {
    let list = try #require(ProcessorList(text))
    #expect(list.indices == indices)
    #expect(list.count == indices.count)
    #expect(ProcessorList(list.description) == list)
  }

  @Test(
    "What is not such a list is refused",
    arguments: ["", "a", "1-", "3-1", "-1", "1,,2", "2,1", "0-1-2", "0 1", "99999999999999999999"])
  func malformed(text: String) {
    #expect(ProcessorList(text) == nil)
  }

  @Test("A process's status holds the list of what it may use")
  func status() {
    let status = "Name:\tdptrain\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1,4\nMems_allowed:\t1\n"
    #expect(ProcessorList(processStatus: status)?.indices == [0, 1, 4])
    #expect(ProcessorList(processStatus: "Name:\tdptrain\n") == nil)
  }
}
